package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IdleCollectionTest {
  @Test
  void onlyAfterABeatWithoutCollections() {
    assertThat(IdleCollection.isDue(7, 7, -1)).isTrue();
    assertThat(IdleCollection.isDue(7, 8, -1)).isFalse();
    assertThat(IdleCollection.isDue(8, 8, 5)).isTrue();
  }

  @Test
  void onceIsEnough() {
    assertThat(IdleCollection.isDue(5, 5, 5)).isFalse();
  }

  @Test
  void whatNobodyNeedsIsGoneSoon() {
    WeakReference<byte[]> garbage = new WeakReference<>(new byte[1 << 20]);
    try (IdleCollection running = IdleCollection.start(Duration.ofMillis(20))) {
      assertThat(running).isNotNull();
      await().atMost(Duration.ofSeconds(30)).until(() -> garbage.refersTo(null));
    }
  }
}
