package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/// The order of versions.
final class PkgVersionFuzz {
  /// Two versions with a blank between them.
  @FuzzTest
  void order(byte[] bytes) {
    String[] versions = new String(bytes, StandardCharsets.UTF_8).split(" ", 2);
    String left = versions[0];
    String right = versions[versions.length - 1];
    int order = Integer.signum(PkgVersion.compare(left, right));
    assertThat(Integer.signum(PkgVersion.compare(right, left))).isEqualTo(-order);
    assertThat(PkgVersion.compare(left, left)).isZero();
    assertThat(PkgVersion.compare(right, right)).isZero();
    if (left.indexOf('-') < 0 && left.indexOf(',') < 0 && right.indexOf(',') < 0) {
      // The epoch counts before everything.
      assertThat(PkgVersion.compare(left + ",1", right)).isPositive();
    }
  }
}
