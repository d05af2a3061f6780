package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldTest {
  @TempDir Path data;

  /// Whether this process has a lock on the file, as the system sees it (proc_locks(5)).
  private boolean isLocked() throws IOException {
    Object inode = Files.getAttribute(new Layout(data).hold(), "unix:ino");
    String ours = " " + ProcessHandle.current().pid() + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains(ours) && line.contains(":" + inode + " "));
  }

  @Test
  void whoeverIsRefusedDoesNotEndTheHoldOfAnother() throws IOException {
    Layout layout = new Layout(data);
    try (Hold first = Hold.take(layout)) {
      assertThat(first).isNotNull();
      assertThat(isLocked()).isTrue();
      assertThat(Hold.toRemove(layout)).isNull();
      assertThat(isLocked()).isTrue();
      Hold.take(layout).close();
      assertThat(isLocked()).isTrue();
      assertThat(Hold.toRemove(layout)).isNull();
    }
    assertThat(isLocked()).isFalse();
  }

  @Test
  void twoWhoRemoveWaitForEachOther() throws Exception {
    Layout layout = new Layout(data);
    CompletableFuture<Boolean> second;
    try (Hold first = Hold.toRemove(layout)) {
      assertThat(first).isNotNull();
      second =
          CompletableFuture.supplyAsync(() -> {
            try (Hold right = Hold.toRemove(layout)) {
              return right != null && isLocked();
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertThat(isLocked()).isTrue();
      assertThat(second).isNotDone();
    }
    assertThat(second.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(isLocked()).isFalse();
  }
}
