"""A topic of its own for each check, and the messages that come into it beside the simulated ones."""

import time

from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from . import hostile


def make_topic(broker, topic, partitions):
    """Our own broker makes a topic when it is asked for it, one that is given may be told to. Gives a client that writes there."""
    if not broker.makes_topics:
        admin = AdminClient(broker.client())
        # Events that tell old times are not to go before they are read.
        kept = NewTopic(topic, num_partitions=partitions, config={"retention.ms": "-1"})
        try:
            admin.create_topics([kept])[topic].result(30)
        except KafkaException as error:
            raise SystemExit(f"the topic {topic} cannot be made at {broker.address}: {error}") from error
    producer = Producer(broker.client())
    for _ in range(100):
        found = producer.list_topics(topic, timeout=30).topics[topic]
        if found.error is None and found.partitions:
            break
        time.sleep(0.2)
    if len(found.partitions) != partitions:
        raise SystemExit(f"the topic {topic} has {len(found.partitions)} partitions at {broker.address}, not {partitions}")
    return producer


def send_hostile(producer, topic, chance, partitions, at):
    for payload, told in hostile.messages(chance, at):
        key, where = f"{chance.random()}", chance.randrange(partitions)
        producer.produce(topic, payload, key, where, timestamp=int(told.timestamp() * 1000))
    if producer.flush(60):
        raise SystemExit("the broker does not confirm the hostile messages")
