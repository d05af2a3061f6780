package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PkgVersionTest {
  private static final int ROUNDS = 3000;
  private static final List<String> PIECES =
      List.of(
          "0",
          "1",
          "2",
          "10",
          "09",
          "a",
          "b",
          "Z",
          "pl",
          "alpha",
          "beta",
          "pre",
          "rc",
          "RC",
          "dev",
          "snap",
          "*",
          "+",
          ".",
          "..",
          ":",
          "~",
          "_1",
          "_2",
          ",1",
          ",2",
          "p1",
          "20240101",
          "99999999999999999999");

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "1 < 2",
        "2 > 1",
        "2 = 2",
        "2 < 1,1",
        "1.0_1 > 1.0",
        "1.0_9,1 < 0.1,2",
        "1.0_10 > 1.0_9",
        "10 = 10.0",
        "10 = 10.0.0",
        "10..1 = 10.1",
        "1.0:2003.09.16 = 1.0.2003.09.16",
        "1.0.1:2003.09.16 < 1.0:2003.09.16",
        "10a1b2 = 10a1.b2",
        "10 < 10a",
        "10a < 10b",
        "a < 0",
        "10.a < 10",
        "10alpha = 10.a",
        "10alpha < 10",
        "pl11 < alpha3",
        "alpha3 < 0.1beta2",
        "0.1beta2 = 0.1.b2",
        "0.1.b2 < 0.1",
        "1.d2 = 1.dev2",
        "1.dev2 = 1.Development2",
        "2.* < 2pl1",
        "2pl1 < 2alpha3",
        "2alpha3 < 2.9f7",
        "2.9f7 < 3.*",
        "1.pl1 < 1.alpha1",
        "1.alpha1 < 1.beta1",
        "1.beta1 < 1.pre1",
        "1.pre1 < 1.rc1",
        "1.rc1 < 1",
        "1.pl1 < 1.snap1",
        "1.snap1 > 1.alpha1",
        "1.0+1 > 1.0",
        "1.0+1 < 1.0.1+0",
        "1.0.RC1 = 1.0.rc1",
        "99999999999999999999 = 9223372036854775807",
        "name-1.0 = 1.0"
      })
  void versionsAreOrderedAsPkgDocumentsIt(String left, String order, String right) {
    int sign = order.equals("<") ? -1 : order.equals(">") ? 1 : 0;
    assertThat(Integer.signum(PkgVersion.compare(left, right))).isEqualTo(sign);
    assertThat(Integer.signum(PkgVersion.compare(right, left))).isEqualTo(-sign);
  }

  private static String version(Random random) {
    StringBuilder version = new StringBuilder();
    for (int i = 1 + random.nextInt(6); i > 0; i--) {
      version.append(PIECES.get(random.nextInt(PIECES.size())));
      version.append(random.nextInt(4) == 0 ? "." : "");
    }
    return version.toString();
  }

  @Test
  void theOrderIsOneOfAnyThreeVersions() {
    long base = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(base + round);
      List<String> three =
          List.of(version(random), version(random), version(random)).stream()
              .sorted(PkgVersion::compare)
              .toList();
      assertThat(PkgVersion.compare(three.getFirst(), three.getLast()))
          .as("seed " + (base + round) + "L: " + three)
          .isLessThanOrEqualTo(0);
      assertThat(PkgVersion.compare(three.get(1), three.get(1))).isZero();
      assertThat(Integer.signum(PkgVersion.compare(three.getFirst(), three.get(1))))
          .isEqualTo(-Integer.signum(PkgVersion.compare(three.get(1), three.getFirst())));
    }
  }

  /// Where there is a `pkg` of FreeBSD's, from 2.8 on: older ones knew `snap` by another length.
  @Test
  void theRealPkgSaysTheSameIfItIsThere() throws Exception {
    Path pkg = Tools.find("pkg");
    if (pkg == null) {
      System.out.println("pkg: there is none on the PATH, so its order was taken from its rules");
      return;
    }
    long base = System.nanoTime();
    for (int round = 0; round < 500; round++) {
      Random random = new Random(base + round);
      String left = version(random);
      String right = version(random);
      String said = Command.of(pkg.toString(), "version", "-t", left, right).runOk().strip();
      int sign = said.equals("<") ? -1 : said.equals(">") ? 1 : 0;
      assertThat(Integer.signum(PkgVersion.compare(left, right)))
          .as("seed " + (base + round) + "L: " + left + " " + said + " " + right)
          .isEqualTo(sign);
    }
  }
}
