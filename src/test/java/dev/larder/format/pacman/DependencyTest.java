package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.pacman.Dependency.Operator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DependencyTest {
  @Test
  void namesOperatorsAndVersionsAreToldApart() {
    assertThat(Dependency.parse("glibc")).isEqualTo(new Dependency("glibc", null, ""));
    assertThat(Dependency.parse("glibc>=2.38"))
        .isEqualTo(new Dependency("glibc", Operator.AT_LEAST, "2.38"));
    assertThat(Dependency.parse("a<1:2-3")).isEqualTo(new Dependency("a", Operator.LESS, "1:2-3"));
    assertThat(Dependency.parse("libfoo.so=1-64"))
        .isEqualTo(new Dependency("libfoo.so", Operator.EQUAL, "1-64"));
    assertThat(Dependency.parse("bash: to run it = now"))
        .isEqualTo(new Dependency("bash", null, ""));
    assertThat(Dependency.parse("bash=1:5: to run it"))
        .isEqualTo(new Dependency("bash", Operator.EQUAL, "1:5"));
    assertThat(Dependency.parse("a<=1")).hasToString("a<=1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "foo 1.0-1 true",
        "foo=1.0 1.0-3 true",
        "foo=1.0-2 1.0-3 false",
        "foo>=1.0 1.0-1 true",
        "foo>1.0 1.0-1 false",
        "foo<2 1:1.0-1 false",
        "foo<=1:2 1:2-5 true",
        "foo<1.0 1.0rc-1 true",
        "bar 1.0-1 false"
      })
  void aPackageOfThatNameSatisfiesByItsVersion(String asked, String version, boolean satisfied) {
    assertThat(Dependency.parse(asked).isSatisfiedBy("foo", version, List.of()))
        .isEqualTo(satisfied);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "virtual virtual true",
        "virtual=1 virtual false",
        "virtual virtual=1.2 true",
        "virtual>=1 virtual=1.2 true",
        "virtual>=2 virtual=1.2 false",
        "virtual>=1 virtual>=1.2 false",
        "virtual virtual>=1.2 true",
        "lib:libx.so.1 lib:libx.so.1 true",
        "libx.so=1-64 libx.so=1-64 true",
        "libx.so=2-64 libx.so=1-64 false"
      })
  void whatIsProvidedSatisfiesByTheVersionGivenWithIt(
      String asked, String provided, boolean satisfied) {
    assertThat(Dependency.parse(asked).isSatisfiedBy("foo", "9-1", List.of(provided)))
        .isEqualTo(satisfied);
  }
}
