package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTest {
  @TempDir private Path directory;

  @Test
  void aLinkIsASecondNameWhateverWasThereBefore() throws IOException {
    Path source = Files.writeString(directory.resolve("source"), "new");
    Path absent = directory.resolve("a/b/absent");
    Path present = Files.writeString(directory.resolve("present"), "old");
    for (Path target : new Path[] {absent, present, present}) {
      Durable.link(source, target);
      assertThat(target).hasContent("new");
      assertThat(Files.isSameFile(source, target)).isTrue();
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("source", "a", "present");
    }
  }

  @Test
  void aLinkToNothingLeavesWhatIsThere() throws IOException {
    Path present = Files.writeString(directory.resolve("present"), "old");
    assertThatThrownBy(() -> Durable.link(directory.resolve("missing"), present))
        .isInstanceOf(NoSuchFileException.class);
    assertThat(present).hasContent("old");
  }
}
