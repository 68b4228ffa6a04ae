/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** The offsets that a broker of Kafka knows. Must be thread-safe; may block. */
interface KafkaOffsets {

    /** What {@code group} has committed, of partitions that it has committed any of. */
    Map<TopicPartition, Long> committed(String group) throws Exception;

    /** The offset of the first message of each. */
    Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) throws Exception;

    /** The offset of the next message of each. */
    Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) throws Exception;

    /** Those that {@code admin} asks for. */
    static KafkaOffsets of(Admin admin) {
        return new KafkaOffsets() {
            private static final long TIMEOUT_SECONDS = 10;

            @Override
            public Map<TopicPartition, Long> committed(String group) throws Exception {
                Map<TopicPartition, Long> offsets = new HashMap<>();
                Map<TopicPartition, OffsetAndMetadata> found =
                        get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
                found.forEach((partition, offset) -> {
                    // None of a partition without a commit.
                    if (offset != null) {
                        offsets.put(partition, offset.offset());
                    }
                });
                return offsets;
            }

            @Override
            public Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) throws Exception {
                return offsets(partitions, OffsetSpec.earliest());
            }

            @Override
            public Map<TopicPartition, Long> ends(Set<TopicPartition> partitions) throws Exception {
                return offsets(partitions, OffsetSpec.latest());
            }

            private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec spec)
                    throws Exception {
                Map<TopicPartition, ListOffsetsResultInfo> found = get(admin.listOffsets(
                                partitions.stream().collect(Collectors.toMap(Function.identity(), each -> spec)))
                        .all());
                Map<TopicPartition, Long> offsets = new HashMap<>();
                found.forEach((partition, info) -> offsets.put(partition, info.offset()));
                return offsets;
            }

            private static <T> T get(KafkaFuture<T> future) throws Exception {
                return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        };
    }
}
