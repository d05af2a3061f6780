package dev.larder.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Following what happens.
class EventLogTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final EventLog log = new EventLog(() -> Instant.parse("2026-11-26T12:00:00Z"));

  private void happens(String type) {
    log.publish(type, "internal", Map.of("generation", 3L));
  }

  private static String next(EventLog.Follower follower) throws InterruptedException {
    Event event = follower.next(SOON);
    return event == null ? "nothing" : event.type();
  }

  @Test
  void whoFollowsSeesWhatHappensFromThenOnInOrder() throws InterruptedException {
    happens("before");
    EventLog.Follower follower = log.follow(null);
    happens("one");
    happens("two");
    assertThat(next(follower)).isEqualTo("one");
    assertThat(next(follower)).isEqualTo("two");
    assertThat(follower.next(Duration.ZERO)).isNull();
  }

  @Test
  void whoWasAwayGoesOnWhereTheyWere() throws InterruptedException {
    EventLog.Follower first = log.follow(null);
    happens("one");
    Event seen = Objects.requireNonNull(first.next(SOON), "an event");
    happens("two");
    happens("three");
    EventLog.Follower again = log.follow(seen.id());
    assertThat(next(again)).isEqualTo("two");
    assertThat(again.position()).isNotEqualTo(seen.id());
    assertThat(next(again)).isEqualTo("three");
  }

  @Test
  void whoHasNotSeenAnyYetCanGoOnFromWhereTheyBegan() throws InterruptedException {
    String position = log.follow(null).position();
    happens("one");
    assertThat(next(log.follow(position))).isEqualTo("one");
  }

  @Test
  void whoHasMissedSomeIsToldAndGoesOnAtTheEnd() throws InterruptedException {
    EventLog.Follower slow = log.follow(null);
    String position = slow.position();
    for (int i = 0; i < 1001; i++) {
      happens("many");
    }
    for (EventLog.Follower each : List.of(slow, log.follow(position), log.follow("1-1"))) {
      assertThat(next(each)).isEqualTo(Event.RESET);
      assertThat(each.next(Duration.ZERO)).isNull();
    }
    happens("last");
    assertThat(next(slow)).isEqualTo("last");
    assertThat(next(log.follow("of another run"))).isEqualTo(Event.RESET);
    assertThat(next(log.follow(position.replaceFirst("-.*", "-99999")))).isEqualTo(Event.RESET);
  }

  @Test
  void manyFollowersSeeEverythingThatManyTell() throws Exception {
    List<Future<List<String>>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        EventLog.Follower follower = log.follow(null);
        all.add(
            threads.submit(() -> {
              List<String> ids = new ArrayList<>();
              for (Event e = follower.next(SOON); e != null; e = follower.next(SOON)) {
                ids.add(e.id());
              }
              return ids;
            }));
      }
      List<Future<?>> tellers = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        tellers.add(
            threads.submit(() -> {
              for (int j = 0; j < 50; j++) {
                happens("some");
              }
            }));
      }
      for (Future<?> teller : tellers) {
        teller.get();
      }
      log.close();
      for (Future<List<String>> each : all) {
        assertThat(each.get()).hasSize(500).doesNotHaveDuplicates();
        assertThat(each.get()).isEqualTo(all.getFirst().get());
      }
    }
  }

  @Test
  void nobodyWaitsForALogThatIsClosed() throws InterruptedException {
    EventLog.Follower follower = log.follow(null);
    log.close();
    assertThat(follower.next(Duration.ofDays(1))).isNull();
    assertThat(log.isClosed()).isTrue();
  }
}
