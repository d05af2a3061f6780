package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.store.Layout;
import dev.larder.testing.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Data of a former layout, met by a real server that is killed in the middle of a step.
class LayoutUpgradeIT {
  private static final int MIRRORS = 20;

  @TempDir Path directory;

  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aKillInTheMiddleOfAStepLosesNothing() throws Exception {
    LarderProcess larder = new LarderProcess(directory, "http://127.0.0.1:1");
    Layout layout = new Layout(directory.resolve("data"));
    List<Path> mirrors = anOlderLarderHasKept(layout);
    // The step reads the list that is there already. Of a pipe it waits for a writer, so it stands
    // still here, with one half of the mirrors done.
    Path obstacle = mirrors.get(MIRRORS / 2).resolve(".keep");
    Command.of("mkfifo", obstacle.toString()).run();

    Process first = larder.command().start(directory.resolve("output-killed"));
    try (OutputStream _ = Files.newOutputStream(obstacle)) { // opens when the other side does
      first.destroyForcibly().onExit().join();
    }
    assertThat(layout.version()).hasContent("1");
    assertThat(mirrors.getFirst().resolve(".keep")).exists();
    assertThat(mirrors.getLast().resolve("keep")).exists();
    Files.delete(obstacle);

    larder.start();
    try {
      for (Path mirror : mirrors) {
        assertThat(mirror.resolve(".keep")).hasContent("only/copy/of/" + mirror.getFileName());
        assertThat(mirror.resolve("keep")).doesNotExist();
      }
      assertThat(layout.version()).hasContent(Integer.toString(Layout.VERSION));
      assertThat(directory.resolve("output-1"))
          .content()
          .contains("data of layout 1 is of layout %d now".formatted(Layout.VERSION));
    } finally {
      assertThat(larder.terminate(Duration.ofSeconds(30))).isZero();
    }
  }

  /// @return the directories of the mirrors in the order in which the step comes to them
  private static List<Path> anOlderLarderHasKept(Layout layout) throws IOException {
    for (int i = 0; i < MIRRORS; i++) {
      Path mirror = Files.createDirectories(layout.state("mirror-" + i));
      Files.writeString(mirror.resolve("keep"), "only/copy/of/mirror-" + i + "\n");
    }
    Files.writeString(layout.version(), "1\n");
    List<Path> mirrors = new ArrayList<>();
    try (DirectoryStream<Path> listed = Files.newDirectoryStream(layout.state())) {
      listed.forEach(mirrors::add);
    }
    return mirrors;
  }
}
