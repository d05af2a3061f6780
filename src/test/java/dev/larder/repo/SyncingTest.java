package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncingTest {
  @TempDir private Path directory;
  private final Semaphore slots = new Semaphore(2);
  private final Syncing syncing = new Syncing(slots);

  private Path file(int number) throws IOException {
    return Files.write(directory.resolve(Integer.toString(number)), new byte[100]);
  }

  @Test
  void whoeverWaitsWaitsForEveryFile() throws IOException {
    slots.acquireUninterruptibly(2);
    for (int i = 0; i < 20; i++) {
      syncing.begin(file(i));
    }
    slots.release(2);
    syncing.await();
    assertThat(slots.availablePermits()).isEqualTo(2);
    syncing.await();
  }

  @Test
  void oneFileThatCannotBeSyncedIsNeverForgotten() throws IOException {
    syncing.begin(file(1));
    syncing.begin(directory.resolve("missing"));
    syncing.begin(file(2));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(syncing::await)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("missing");
    }
  }

  @Test
  void whoeverIsInterruptedIsToldThatNothingIsCertain() throws IOException {
    slots.acquireUninterruptibly(2);
    syncing.begin(file(1));
    Thread.currentThread().interrupt();
    assertThatThrownBy(syncing::await)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    slots.release(2);
    syncing.await();
  }
}
