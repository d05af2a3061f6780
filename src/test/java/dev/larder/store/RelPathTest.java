package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "a/../b",
        "a/..",
        "../a",
        ".",
        "a/./b",
        "/a",
        "a/",
        "a//b",
        "a\\b",
        "a\u0000b",
        "a\nb",
        "\u007f",
        "a\uD800b",
        "\uFFFD"
      })
  void refusesWhatCouldLeaveItsRoot(String path) {
    assertThat(RelPath.orNull(path)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "core/os/x86_64/lib++0@x_y.z-1:1.0~rc1-2-any.pkg.tar.zst",
        "FreeBSD:15:amd64/quarterly/All/Hashed/demo~2$5ok8cot5.pkg",
        "...",
        "a..b",
        "é/ü"
      })
  void takesWhatPackagesAreCalled(String path) {
    assertThat(RelPath.orNull(path)).isNotNull().hasToString(path);
  }

  @Test
  void refusesNamesNoFileSystemTakes() {
    assertThat(RelPath.orNull("a".repeat(251))).isNull();
    assertThat(RelPath.orNull("é".repeat(126))).isNull();
    assertThat(RelPath.orNull("a/".repeat(600) + "b")).isNull();
  }

  @Test
  void knowsItsParts() {
    RelPath path = new RelPath("core/os/x86_64/core.db");
    assertThat(path.fileName()).isEqualTo("core.db");
    assertThat(path.parent()).isEqualTo(new RelPath("core/os/x86_64"));
    assertThat(path.sibling("core.files")).isEqualTo(new RelPath("core/os/x86_64/core.files"));
    assertThat(new RelPath("a").parent()).isEqualTo(RelPath.ROOT);
    assertThat(RelPath.ROOT.resolve("a")).isEqualTo(new RelPath("a"));
  }
}
