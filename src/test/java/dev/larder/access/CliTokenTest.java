package dev.larder.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.store.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliTokenTest {
  @TempDir private Path directory;

  private String text() throws IOException {
    return Files.readString(directory.resolve("cli.token")).strip();
  }

  private CliToken open() throws IOException {
    return CliToken.open(directory.resolve("cli.token"));
  }

  @Test
  void writesA256BitTokenThatOnlyItsOwnerCanRead() throws IOException {
    CliToken token = open();
    assertThat(text()).matches("larder_[0-9a-f]{64}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(token.file())))
        .isEqualTo("rw-------");
    assertThat(directory.toFile().list()).containsExactly("cli.token");
  }

  @Test
  void matchesOnlyItself() throws IOException {
    CliToken token = open();
    assertThat(token.matches(text())).isTrue();
    assertThat(token.matches(text().substring(0, 70))).isFalse();
    assertThat(token.matches(text() + "0")).isFalse();
    assertThat(token.matches("")).isFalse();
  }

  @Test
  void isKeptAcrossStarts() throws IOException {
    open();
    String first = text();
    assertThat(open().matches(first)).isTrue();
    assertThat(text()).isEqualTo(first);
  }

  @Test
  void isReplacedWhenItIsNotAToken() throws IOException {
    for (String content : new String[] {"", "secret", "larder_00", "x".repeat(10_000)}) {
      Files.writeString(directory.resolve("cli.token"), content);
      Files.setPosixFilePermissions(
          directory.resolve("cli.token"), PosixFilePermissions.fromString("rw-------"));
      open();
      assertThat(text()).matches("larder_[0-9a-f]{64}");
    }
  }

  @Test
  void isReplacedWhenOthersMayHaveReadIt() throws IOException {
    Path file = open().file();
    String leaked = text();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(open().matches(leaked)).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void aSymbolicLinkIsReplacedAndItsTargetLeftAlone() throws IOException {
    Path target = Files.writeString(directory.resolve("other"), "precious");
    Files.createSymbolicLink(directory.resolve("cli.token"), target);
    open();
    assertThat(text()).matches("larder_[0-9a-f]{64}");
    assertThat(target).hasContent("precious");
  }

  @Test
  void aLeftoverOfAnInterruptedWriteIsNoObstacle() throws IOException {
    Files.writeString(directory.resolve(".new-1"), "larder_half");
    open();
    Durable.recover(directory);
    assertThat(directory.toFile().list()).containsExactly("cli.token");
  }

  @Test
  void aMissingDirectoryIsAnError() {
    Path file = directory.resolve("nowhere").resolve("cli.token");
    assertThatThrownBy(() -> CliToken.open(file)).isInstanceOf(NoSuchFileException.class);
  }
}
