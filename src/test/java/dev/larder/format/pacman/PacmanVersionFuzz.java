package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// The order of versions, and dependencies that name them.
final class PacmanVersionFuzz {
  /// Two versions with a blank between them.
  @FuzzTest
  void order(byte[] bytes) {
    String[] versions = new String(bytes, StandardCharsets.UTF_8).split(" ", 2);
    String left = versions[0];
    String right = versions[versions.length - 1];
    int order = Integer.signum(PacmanVersion.compare(left, right));
    assertThat(Integer.signum(PacmanVersion.compare(right, left))).isEqualTo(-order);
    assertThat(PacmanVersion.compare(left, left)).isZero();
    assertThat(PacmanVersion.compare(right, right)).isZero();
    Dependency dependency = Dependency.parse(left + ">=" + right);
    assertThat(Dependency.parse(dependency.toString())).isEqualTo(dependency);
  }
}
