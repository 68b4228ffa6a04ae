/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

import io.loadline.signal.Backlog;
import io.loadline.spring.internal.KafkaContainers;
import io.loadline.spring.internal.QueueReader;
import io.loadline.spring.internal.Singletons;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.TopicPartitionOffset;

/** Counts the messages of Kafka. Thread-safe. */
final class KafkaQueueReader implements QueueReader, DisposableBean {
    /*
     * What waits is what is not committed of the partitions that this instance has: from the broker, since consumers' own
     * metrics stand still while they are paused or at a batch, and count as consumed what they have only fetched. What is
     * committed is done.
     *
     * A partition without a commit is read from its beginning: consumers that begin at its end commit that at once.
     *
     * The broker is asked even if this instance has no partition: those that it had are lost if the broker is away for longer
     * than the session's time-out, which does not mean that nothing waits.
     */
    private static final long TIMEOUT_SECONDS = 10;

    private final ConfigurableListableBeanFactory beans;
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private @Nullable Admin admin;

    /** The same. */
    private boolean closed;

    KafkaQueueReader(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public Kind kind() {
        return Kind.TOPIC;
    }

    @Override
    public Backlog.Source source(String destination) {
        return new Source(destination);
    }

    @Override
    public void destroy() {
        synchronized (lock) {
            closed = true;
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }

    /** Made outside the lock, for which the end of the application would wait: names may take their time to resolve. */
    private Admin admin() {
        Admin present = present();
        if (present != null) {
            return present;
        }
        Admin made = make();
        synchronized (lock) {
            if (!closed && admin == null) {
                admin = made;
                return made;
            }
        }
        made.close(Duration.ZERO);
        return Objects.requireNonNull(present());
    }

    private @Nullable Admin present() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the application stops");
            }
            return admin;
        }
    }

    private Admin make() {
        Collection<KafkaAdmin> configured =
                Singletons.of(beans, KafkaAdmin.class).values();
        if (configured.size() != 1) {
            throw new IllegalStateException("there must be one KafkaAdmin: " + configured.size());
        }
        return Admin.create(configured.iterator().next().getConfigurationProperties());
    }

    private static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private static Map<TopicPartition, Long> offsets(Admin admin, Set<TopicPartition> partitions, OffsetSpec spec)
            throws Exception {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, ListOffsetsResultInfo> found =
                get(admin.listOffsets(partitions.stream().collect(Collectors.toMap(Function.identity(), each -> spec)))
                        .all());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        found.forEach((partition, info) -> offsets.put(partition, info.offset()));
        return offsets;
    }

    private final class Source implements Backlog.Source {
        private final String topic;

        /** Confined to who asks. */
        private Map<String, Set<TopicPartition>> before = Map.of();

        /** The same. */
        private long epoch;

        Source(String topic) {
            this.topic = topic;
        }

        @Override
        public Backlog.Counts read() throws Exception {
            Map<String, Set<TopicPartition>> partitions = partitionsByGroup();
            if (!partitions.equals(before)) {
                before = partitions;
                epoch++;
            }
            long waiting = 0;
            long completed = 0;
            for (Map.Entry<String, Set<TopicPartition>> each : partitions.entrySet()) {
                Map<TopicPartition, Long> done = committed(each.getKey(), each.getValue());
                Map<TopicPartition, Long> ends = offsets(admin(), each.getValue(), OffsetSpec.latest());
                for (TopicPartition partition : each.getValue()) {
                    long next = done.getOrDefault(partition, 0L);
                    completed += next;
                    waiting += Math.max(0, ends.getOrDefault(partition, next) - next);
                }
            }
            return new Backlog.Counts(waiting, 1, completed, epoch);
        }

        /** Of those that have none the first that is there. */
        private Map<TopicPartition, Long> committed(String group, Set<TopicPartition> partitions) throws Exception {
            Map<TopicPartition, OffsetAndMetadata> committed =
                    get(admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            Map<TopicPartition, Long> next = new HashMap<>();
            Set<TopicPartition> without = new HashSet<>();
            for (TopicPartition each : partitions) {
                OffsetAndMetadata offset = committed.get(each);
                if (offset == null) {
                    without.add(each);
                } else {
                    next.put(each, offset.offset());
                }
            }
            next.putAll(offsets(admin(), without, OffsetSpec.earliest()));
            return next;
        }

        /** Of each group of its listeners; empty while this instance has none: then others do its work. */
        private Map<String, Set<TopicPartition>> partitionsByGroup() {
            List<MessageListenerContainer> listeners = KafkaContainers.of(beans).stream()
                    .filter(each -> takesFrom(each.getContainerProperties()))
                    .toList();
            if (listeners.isEmpty()) {
                throw new IllegalStateException("no listener of this service takes from the topic " + topic);
            }
            Map<String, Set<TopicPartition>> partitions = new HashMap<>();
            for (MessageListenerContainer each : listeners) {
                String group = each.getGroupId();
                Collection<TopicPartition> assigned = each.getAssignedPartitions();
                if (group == null) {
                    continue;
                }
                Set<TopicPartition> own = partitions.computeIfAbsent(group, name -> new HashSet<>());
                if (assigned != null) {
                    assigned.stream()
                            .filter(partition -> partition.topic().equals(topic))
                            .forEach(own::add);
                }
            }
            return partitions;
        }

        private boolean takesFrom(ContainerProperties properties) {
            String[] topics = properties.getTopics();
            Pattern pattern = properties.getTopicPattern();
            TopicPartitionOffset[] partitions = properties.getTopicPartitions();
            return (topics != null && Arrays.asList(topics).contains(topic))
                    || (pattern != null && pattern.matcher(topic).matches())
                    || (partitions != null
                            && Arrays.stream(partitions)
                                    .anyMatch(each -> each.getTopic().equals(topic)));
        }
    }
}
