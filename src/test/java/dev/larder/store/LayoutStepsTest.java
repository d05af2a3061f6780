package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutStepsTest {
  @TempDir Path data;
  private Layout layout;

  @BeforeEach
  void anOlderLarderHasRun() throws IOException {
    layout = new Layout(data);
    DataDirectory.open(data).close();
    Files.writeString(layout.version(), "1\n");
    Files.createDirectories(layout.state("arch"));
    Files.writeString(layout.state("arch").resolve("keep"), "old/release\n");
  }

  private int open() throws IOException {
    try (DataDirectory directory = DataDirectory.open(data)) {
      return directory.formerVersion();
    }
  }

  @Test
  void aStepLeadsToEveryVersion() {
    assertThat(LayoutSteps.ALL).hasSize(Layout.VERSION - 1);
  }

  @Test
  void theNextStartMakesItOneOfThisLayout() throws IOException {
    assertThat(DataDirectory.isOlder(layout)).isTrue();
    assertThat(open()).isEqualTo(1);
    assertThat(layout.keep("arch")).hasContent("old/release");
    assertThat(layout.version()).hasContent(Integer.toString(Layout.VERSION));
    assertThat(DataDirectory.isOlder(layout)).isFalse();
    assertThat(open()).isEqualTo(Layout.VERSION);
  }

  @Test
  void aNewDirectoryIsOfThisLayout() throws IOException {
    Path other = data.resolve("other");
    assertThat(DataDirectory.isOlder(new Layout(other))).isFalse();
    try (DataDirectory directory = DataDirectory.open(other)) {
      assertThat(directory.formerVersion()).isEqualTo(Layout.VERSION);
      assertThat(directory.layout().version()).hasContent(Integer.toString(Layout.VERSION));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "", "99", "2.1", "99999999999999", "one"})
  void whatIsNoFormerVersionIsRefused(String version) throws IOException {
    Files.writeString(layout.version(), version + "\n");
    assertThatThrownBy(() -> DataDirectory.open(data))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("layout version " + version + ", this larder knows version");
    assertThat(layout.state("arch").resolve("keep")).exists();
  }

  @Test
  void rootsAndRepositoriesThatAreCalledKeepStay() throws IOException {
    Path root = layout.root("freebsd-releases", new RelPath("keep")).directory();
    Path repository = layout.repositories().resolve("keep");
    Files.createDirectories(root.resolve("held"));
    Files.createDirectories(repository.resolve("root"));
    open();
    assertThat(root.resolve("held")).exists();
    assertThat(repository.resolve("root")).exists();
  }

  @Test
  void nothingThatWasKeptIsLostWhenAnOlderLarderRanInBetween() throws IOException {
    Files.writeString(layout.keep("arch"), "old/release\nolder/release\n");
    Files.writeString(layout.state("arch").resolve("keep"), "new/release\nold/release\n");
    open();
    assertThat(layout.keep("arch")).hasContent("old/release\nolder/release\nnew/release");
    assertThat(layout.state("arch").resolve("keep")).doesNotExist();
  }

  @Test
  void whatARestoreHasBroughtIsBroughtUpToo() throws IOException {
    Path restored = layout.restored();
    Files.createDirectories(restored.resolve("state/arch"));
    Files.writeString(restored.resolve("state/arch/keep"), "restored/release\n");
    Files.writeString(restored.resolve("version"), "1\n");
    Durable.deleteTree(layout.state());
    Files.delete(layout.version());
    assertThat(open()).isEqualTo(1);
    assertThat(layout.keep("arch")).hasContent("restored/release");
    assertThat(restored).doesNotExist();
  }

  @Test
  void eachStepIsTakenOnceAndAgainOnlyIfItFailed() throws IOException {
    List<String> taken = new ArrayList<>();
    LayoutSteps.Step first = _ -> taken.add("first");
    LayoutSteps.Step third = _ -> taken.add("third");
    LayoutSteps.Step full =
        _ -> {
          throw new IOException("the disk is full");
        };
    assertThatThrownBy(() -> LayoutSteps.bringUp(layout, 1, List.of(first, full, third)))
        .hasMessage("the disk is full");
    assertThat(taken).containsExactly("first");
    assertThat(layout.version()).hasContent("2");

    LayoutSteps.Step second = _ -> taken.add("second");
    LayoutSteps.bringUp(layout, 2, List.of(first, second, third));
    assertThat(taken).containsExactly("first", "second", "third");
    assertThat(layout.version()).hasContent("4");
  }
}
