package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PacmanVersionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        // plain versions
        "1.5.0 1.5.0 0",
        "1.5.1 1.5.0 1",
        "1.5.1 1.5 1",
        // with releases
        "1.5.0-1 1.5.0-1 0",
        "1.5.0-1 1.5.0-2 -1",
        "1.5.0-1 1.5.1-1 -1",
        "1.5.0-2 1.5.1-1 -1",
        "1.5-1 1.5.1-1 -1",
        "1.5-2 1.5.1-1 -1",
        "1.5-2 1.5.1-2 -1",
        "1.5 1.5-1 0",
        "1.5-1 1.5 0",
        "1.1-1 1.1 0",
        "1.0-1 1.1 -1",
        "1.1-1 1.0 1",
        "1.0-1.1 1.0-1 1",
        "1.0-10 1.0-9 1",
        "1.0-1 1.0-1.0 -1",
        // letters
        "1.5b-1 1.5-1 -1",
        "1.5b 1.5 -1",
        "1.5b-1 1.5 -1",
        "1.5b 1.5.1 -1",
        "1.0a 1.0alpha -1",
        "1.0alpha 1.0b -1",
        "1.0b 1.0beta -1",
        "1.0beta 1.0rc -1",
        "1.0rc 1.0 -1",
        "1.0rc1 1.0 -1",
        "a 1 -1",
        "1a 1 -1",
        "r100.abc r99.def 1",
        // letters behind a point
        "1.5.a 1.5 1",
        "1.5.b 1.5.a 1",
        "1.5.1 1.5.b 1",
        "1.5.b-1 1.5.b 0",
        "1.5-1 1.5.b -1",
        "1.0.a 1.0.1 -1",
        "2.0.a 2.0a 1",
        "1.2.3.r5.gabc 1.2.3.r10.gdef -1",
        "1.0.beta 1.0 1",
        // separators
        "2.0 2_0 0",
        "2.0_a 2_0.a 0",
        "2.0a 2.0.a -1",
        "2___a 2_a 1",
        "1.0. 1.0 1",
        "1. 1 1",
        "1.0+1 1.0.1 0",
        "1.0~rc1 1.0 1",
        "1.0_beta 1.0 1",
        "1.0.0 1.0 1",
        // zeros
        "1.001 1.1 0",
        "01 1 0",
        // epochs
        "0:1.0 0:1.0 0",
        "0:1.0 0:1.1 -1",
        "1:1.0 0:1.0 1",
        "1:1.0 0:1.1 1",
        "1:1.0 2:1.1 -1",
        "1:1.0 0:1.0-1 1",
        "1:1.0-1 0:1.1-1 1",
        "0:1.0 1.0 0",
        "0:1.0 1.1 -1",
        "0:1.1 1.0 1",
        "1:1.0 1.0 1",
        "1:1.0 1.1 1",
        "1:1.1 1.1 1",
        "20220101 1:1 -1",
        "1:1.0-1 1.0-2 1"
      })
  void versionsCompareAsByVercmp(String left, String right, int sign) {
    assertThat(Integer.signum(PacmanVersion.compare(left, right))).isEqualTo(sign);
    assertThat(Integer.signum(PacmanVersion.compare(right, left))).isEqualTo(-sign);
  }
}
