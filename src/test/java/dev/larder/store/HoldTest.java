package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.HoldProcess;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may remove, and who holds it off from another process.
class HoldTest {
  @TempDir Path data;

  private DataDirectory directory;

  @BeforeEach
  void open() throws IOException {
    directory = DataDirectory.open(data);
  }

  @AfterEach
  void close() throws IOException {
    directory.close();
  }

  /// Whether a process has a lock on the file, as the system sees it (proc_locks(5)).
  private boolean isLocked(long pid) throws IOException {
    Object inode = Files.getAttribute(directory.layout().hold(), "unix:ino");
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains(" " + pid + " ") && line.contains(":" + inode + " "));
  }

  private boolean isOurs() throws IOException {
    return isLocked(ProcessHandle.current().pid());
  }

  @Test
  void whileOthersHoldNothingIsRemovedAndTheyDoNotMindThatSomebodyAsks() throws IOException {
    try (HoldProcess first = HoldProcess.start(data).holding()) {
      try (HoldProcess second = HoldProcess.start(data).holding()) {
        assertThat(directory.toRemove()).isNull();
        assertThat(isLocked(first.pid())).isTrue();
        assertThat(isLocked(second.pid())).isTrue();
      }
      assertThat(directory.toRemove()).isNull();
      assertThat(isLocked(first.pid())).isTrue();
      assertThat(isOurs()).isFalse();
    }
    try (Closeable right = directory.toRemove()) {
      assertThat(right).as("a process that was killed holds nothing").isNotNull();
      assertThat(isOurs()).isTrue();
    }
    assertThat(isOurs()).isFalse();
  }

  @Test
  void whoeverWantsToHoldWaitsForARemoval() throws IOException {
    HoldProcess other;
    try (Closeable right = directory.toRemove()) {
      assertThat(right).isNotNull();
      other = HoldProcess.start(data);
      awaitWaiting();
      assertThat(other.holds()).isFalse();
    }
    try (other) {
      other.holding();
      assertThat(directory.toRemove()).isNull();
    }
  }

  /// Waits until somebody wants the lock that we have: proc_locks(5) shows it by an arrow.
  private void awaitWaiting() throws IOException {
    Object inode = Files.getAttribute(directory.layout().hold(), "unix:ino");
    while (Files.readAllLines(Path.of("/proc/locks")).stream()
        .noneMatch(line -> line.contains("->") && line.contains(":" + inode + " "))) {
      Thread.onSpinWait();
    }
  }

  @Test
  void twoWhoRemoveWaitForEachOther() throws Exception {
    CompletableFuture<Boolean> second;
    try (Closeable first = directory.toRemove()) {
      assertThat(first).isNotNull();
      second =
          CompletableFuture.supplyAsync(() -> {
            try (Closeable right = directory.toRemove()) {
              return right != null && isOurs();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      assertThat(isOurs()).isTrue();
      assertThat(second).isNotDone();
    }
    assertThat(second.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(isOurs()).isFalse();
  }
}
