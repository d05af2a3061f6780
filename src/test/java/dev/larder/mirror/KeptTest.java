package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptTest {
  private static final RelPath OLD = new RelPath("releases/amd64/amd64/13.2-RELEASE");
  private static final RelPath NEW = new RelPath("releases/amd64/amd64/14.1-RELEASE");

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("state/freebsd-releases/.keep");
  }

  @Test
  void whatIsKeptIsWrittenDownOnePathALine() throws IOException {
    Kept kept = Kept.open(file());
    assertThat(kept.directories()).isEmpty();
    assertThat(file()).doesNotExist();
    kept.keep(NEW);
    kept.keep(OLD);
    kept.keep(NEW);
    assertThat(file()).hasContent(OLD + "\n" + NEW + "\n");
    assertThat(Kept.open(file()).directories()).containsExactly(OLD, NEW);
    assertThat(kept.letGo(OLD)).isTrue();
    assertThat(kept.letGo(OLD)).isFalse();
    assertThat(Kept.open(file()).directories()).containsExactly(NEW);
  }

  @Test
  void aDirectoryCoversItselfAndWhatIsBelowAndNothingThatOnlyBeginsLikeIt() throws IOException {
    Kept kept = Kept.open(file());
    assertThat(kept.covers(NEW)).isFalse();
    kept.keep(NEW);
    assertThat(kept.covers(NEW)).isTrue();
    assertThat(kept.covers(NEW.resolve("base.txz"))).isTrue();
    assertThat(kept.covers(NEW.resolve("a/b"))).isTrue();
    assertThat(kept.covers(NEW.parent())).isFalse();
    assertThat(kept.covers(new RelPath(NEW + "-p1"))).isFalse();
    assertThat(kept.covers(OLD)).isFalse();
  }

  @Test
  void aFileThatWasWrittenByHandIsTakenAndAMistakeInItIsNamed() throws IOException {
    Files.createDirectories(file().resolveSibling(""));
    Files.writeString(file(), "  " + NEW + "  \n\n" + OLD);
    assertThat(Kept.open(file()).directories()).containsExactly(OLD, NEW);
    Files.writeString(file(), NEW + "\n/absolute\n");
    assertThatThrownBy(() -> Kept.open(file()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file() + ", line 2: not a path below the mirror; correct the line or remove it");
  }

  @Test
  void whatCannotBeWrittenDownIsNotKept() throws IOException {
    Kept kept = Kept.open(file());
    // A file where the directory has to be.
    Files.createDirectories(directory.resolve("state"));
    Files.writeString(directory.resolve("state/freebsd-releases"), "");
    assertThatThrownBy(() -> kept.keep(NEW)).isInstanceOf(IOException.class);
    assertThat(kept.covers(NEW)).isFalse();
    assertThatThrownBy(() -> kept.keep(RelPath.ROOT)).isInstanceOf(IllegalArgumentException.class);
  }
}
