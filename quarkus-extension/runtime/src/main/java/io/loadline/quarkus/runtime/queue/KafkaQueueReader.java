/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import io.loadline.signal.Backlog;
import io.smallrye.reactive.messaging.ClientCustomizer;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.Config;

/** Counts the messages of Kafka. Thread-safe. */
@Singleton
public class KafkaQueueReader implements QueueReader, ClientCustomizer<Map<String, Object>> {
    /*
     * What waits is what is not committed of the partitions that this instance has: from the broker, since consumers' own
     * metrics stand still while they are paused or at a batch, and count as consumed what they have only fetched. What is
     * committed is done.
     *
     * A partition without a commit is read from its beginning: consumers that begin at its end commit that at once.
     *
     * The broker is asked even if this instance has no partition: those that it had are lost if the broker is away for longer
     * than the session's time-out, which does not mean that nothing waits.
     *
     * Which topics a channel takes from is told with the settings of its client; of those of channels that send nobody asks.
     */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final KafkaClientService clients;
    private final Function<Map<String, ?>, KafkaOffsets> brokers;
    private final Runnable close;

    /** By channel; written when a client is made. */
    private final Map<String, TakenTopics> topics = new ConcurrentHashMap<>();

    @Inject
    KafkaQueueReader(KafkaClientService clients) {
        this(clients, new KafkaBrokers());
    }

    private KafkaQueueReader(KafkaClientService clients, KafkaBrokers brokers) {
        this.clients = clients;
        this.brokers = brokers::of;
        this.close = brokers::close;
    }

    /** One that asks {@code broker}. */
    KafkaQueueReader(KafkaClientService clients, KafkaOffsets broker) {
        this.clients = clients;
        this.brokers = settings -> broker;
        this.close = () -> {};
    }

    @PreDestroy
    void close() {
        close.run();
    }

    @Override
    public Map<String, Object> customize(String channel, Config settings, Map<String, Object> client) {
        topics.put(channel, TakenTopics.of(channel, settings));
        return client;
    }

    @Override
    public Kind kind() {
        return Kind.TOPIC;
    }

    @Override
    public Backlog.Source source(String destination) {
        return new Source(destination);
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
            List<KafkaConsumer<Object, Object>> consumers = consumers();
            Map<String, Set<TopicPartition>> partitions = partitionsByGroup(consumers);
            if (!partitions.equals(before)) {
                before = partitions;
                epoch++;
            }
            KafkaOffsets offsets = brokers.apply(consumers.get(0).configuration());
            long waiting = 0;
            long completed = 0;
            for (Map.Entry<String, Set<TopicPartition>> each : partitions.entrySet()) {
                Map<TopicPartition, Long> done = done(offsets, each.getKey(), each.getValue());
                Map<TopicPartition, Long> ends = each.getValue().isEmpty() ? Map.of() : offsets.ends(each.getValue());
                for (TopicPartition partition : each.getValue()) {
                    long next = done.getOrDefault(partition, 0L);
                    completed += next;
                    waiting += Math.max(0, ends.getOrDefault(partition, next) - next);
                }
            }
            return new Backlog.Counts(waiting, 1, completed, epoch);
        }

        private List<KafkaConsumer<Object, Object>> consumers() {
            List<KafkaConsumer<Object, Object>> consumers = new ArrayList<>();
            for (String channel : new TreeSet<>(clients.getConsumerChannels())) {
                TakenTopics taken = topics.get(channel);
                if (taken != null && taken.contains(topic)) {
                    consumers.addAll(clients.getConsumers(channel));
                }
            }
            if (consumers.isEmpty()) {
                throw new IllegalStateException("no channel of this service takes from the topic " + topic);
            }
            return consumers;
        }

        /** Empty while this instance has none: then others do its work. */
        private Map<String, Set<TopicPartition>> partitionsByGroup(List<KafkaConsumer<Object, Object>> consumers) {
            Map<String, Set<TopicPartition>> partitions = new HashMap<>();
            for (KafkaConsumer<Object, Object> each : consumers) {
                if (each.configuration().get(ConsumerConfig.GROUP_ID_CONFIG) instanceof String group) {
                    Set<TopicPartition> own = partitions.computeIfAbsent(group, name -> new HashSet<>());
                    each.getAssignments().await().atMost(TIMEOUT).stream()
                            .filter(partition -> partition.topic().equals(topic))
                            .forEach(own::add);
                }
            }
            return partitions;
        }

        /** Of those that have no commit the first that is there. */
        private static Map<TopicPartition, Long> done(
                KafkaOffsets offsets, String group, Set<TopicPartition> partitions) throws Exception {
            Map<TopicPartition, Long> done = new HashMap<>(offsets.committed(group));
            Set<TopicPartition> without = new HashSet<>(partitions);
            without.removeAll(done.keySet());
            if (!without.isEmpty()) {
                done.putAll(offsets.beginnings(without));
            }
            return done;
        }
    }
}
