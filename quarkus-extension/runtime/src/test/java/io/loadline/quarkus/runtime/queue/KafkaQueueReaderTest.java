/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.signal.Backlog;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;

class KafkaQueueReaderTest {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);
    private static final TopicPartition OTHER = new TopicPartition("mails", 0);

    private final Channels channels = new Channels();
    private final Broker broker = new Broker();
    private final KafkaQueueReader reader = new KafkaQueueReader(channels, broker);

    @Test
    void read_countsWhatIsNotCommittedOfOwnPartitions() throws Exception {
        channel("incoming-orders", "group", "topic=orders", FIRST);
        broker.committed.put(FIRST, 40L);
        broker.ends.put(FIRST, 100L);
        // Another instance has it.
        broker.committed.put(SECOND, 1L);
        broker.ends.put(SECOND, 9L);
        assertThat(read("orders")).isEqualTo(new Backlog.Counts(60, 1, 40, 1));
    }

    @Test
    void read_ofPartitionsWithoutACommit_beginsAtTheirFirstMessage() throws Exception {
        channel("orders", "group", "", FIRST, SECOND);
        broker.committed.put(FIRST, 10L);
        broker.ends.put(FIRST, 10L);
        broker.beginnings.put(SECOND, 5L);
        broker.ends.put(SECOND, 25L);
        assertThat(read("orders")).isEqualTo(new Backlog.Counts(20, 1, 15, 1));
    }

    @Test
    void read_afterPartitionsHaveMoved_isAnotherEpoch() throws Exception {
        Set<TopicPartition> assigned = channel("orders", "group", "", FIRST);
        Backlog.Source source = reader.source("orders");
        assertThat(source.read().epoch()).isEqualTo(1);
        assertThat(source.read().epoch()).isEqualTo(1);
        assigned.add(SECOND);
        assertThat(source.read().epoch()).isEqualTo(2);
        assigned.clear();
        assertThat(source.read()).isEqualTo(new Backlog.Counts(0, 1, 0, 3));
    }

    @Test
    void read_ofOneOfSeveralTopics_leavesTheOthers() throws Exception {
        channel("all", "group", "topics=orders, mails", FIRST, OTHER);
        broker.ends.put(FIRST, 7L);
        broker.ends.put(OTHER, 3L);
        assertThat(read("orders").waiting()).isEqualTo(7);
        assertThat(read("mails").waiting()).isEqualTo(3);
    }

    @Test
    void read_ofTopicsByPattern_findsThem() throws Exception {
        channel("all", "group", "topic=ord.*;pattern=true", FIRST);
        broker.ends.put(FIRST, 7L);
        assertThat(read("orders").waiting()).isEqualTo(7);
        assertThatThrownBy(() -> read("mails")).hasMessage("no channel of this service takes from the topic mails");
    }

    @Test
    void read_ofSeveralConsumersAndGroups_countsEach() throws Exception {
        channel("orders", "group", "", FIRST);
        channels.add("orders", "group", new HashSet<>(Set.of(SECOND)));
        channel("audit", "other", "topic=orders", FIRST);
        broker.ends.put(FIRST, 7L);
        broker.ends.put(SECOND, 2L);
        assertThat(read("orders").waiting()).isEqualTo(16);
    }

    @Test
    void read_withoutAChannel_saysSo() {
        // One that sends, whose client is made as those of others are.
        Map<String, Object> unused = reader.customize("orders", settings(""), new HashMap<>());
        assertThatThrownBy(() -> read("orders")).hasMessage("no channel of this service takes from the topic orders");
    }

    @Test
    void brokers_thatAreClosed_makeNoClientAnyMore() {
        KafkaBrokers brokers = new KafkaBrokers();
        brokers.close();
        assertThatThrownBy(() -> brokers.of(Map.of("bootstrap.servers", "localhost:1")))
                .hasMessage("the application stops");
    }

    private Backlog.Counts read(String topic) throws Exception {
        return reader.source(topic).read();
    }

    /** A channel with one consumer, and what that has, to be changed. */
    private Set<TopicPartition> channel(String name, String group, String settings, TopicPartition... assigned) {
        Map<String, Object> unused = reader.customize(name, settings(settings), new HashMap<>());
        Set<TopicPartition> partitions = new HashSet<>(List.of(assigned));
        channels.add(name, group, partitions);
        return partitions;
    }

    private static Config settings(String text) {
        Map<String, String> properties = new HashMap<>();
        for (String each : text.split(";")) {
            int equals = each.indexOf('=');
            if (equals > 0) {
                properties.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
    }

    /** Channels that take from topics. Confined to a test. */
    private static final class Channels implements KafkaClientService {
        private final Map<String, List<KafkaConsumer<?, ?>>> consumers = new TreeMap<>();

        void add(String channel, String group, Set<TopicPartition> assigned) {
            consumers.merge(
                    channel, List.of(consumer(group, assigned)), (some, more) -> List.of(some.get(0), more.get(0)));
        }

        private static KafkaConsumer<?, ?> consumer(String group, Set<TopicPartition> assigned) {
            return (KafkaConsumer<?, ?>) Proxy.newProxyInstance(
                    KafkaConsumer.class.getClassLoader(),
                    new Class<?>[] {KafkaConsumer.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "configuration" -> Map.of("group.id", group);
                        case "getAssignments" -> Uni.createFrom().item(Set.copyOf(assigned));
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        @Override
        @SuppressWarnings("unchecked")
        public <K, V> List<KafkaConsumer<K, V>> getConsumers(String channel) {
            return (List<KafkaConsumer<K, V>>) (List<?>) consumers.getOrDefault(channel, List.of());
        }

        @Override
        public <K, V> KafkaProducer<K, V> getProducer(String channel) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<String> getConsumerChannels() {
            return consumers.keySet();
        }

        @Override
        public Set<String> getProducerChannels() {
            return Set.of();
        }
    }

    /** What one knows of all groups. Confined to a test. */
    private static final class Broker implements KafkaOffsets {
        final Map<TopicPartition, Long> committed = new HashMap<>();
        final Map<TopicPartition, Long> beginnings = new HashMap<>();
        final Map<TopicPartition, Long> ends = new HashMap<>();

        @Override
        public Map<TopicPartition, Long> committed(String group) {
            return committed;
        }

        @Override
        public Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) {
            return of(beginnings, partitions);
        }

        @Override
        public Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) {
            return of(ends, partitions);
        }

        private static Map<TopicPartition, Long> of(Map<TopicPartition, Long> all, Set<TopicPartition> asked) {
            Map<TopicPartition, Long> found = new HashMap<>(all);
            found.keySet().retainAll(asked);
            return found;
        }
    }
}
