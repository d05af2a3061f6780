package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.config.InvalidConfig;
import dev.larder.store.RelPath;
import dev.larder.testing.Toml;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {
  private static List<String> read(String roots) throws InvalidConfig {
    return Toml.read(
            "[mirror.arch]\nroots = " + roots,
            root -> MirrorSettings.read(root.table("mirror").table("arch"), Set.of("pacman")))
        .roots();
  }

  @ParameterizedTest
  @CsvSource({
    "FreeBSD:15:*,       FreeBSD:15:amd64/quarterly/meta.conf, true",
    "FreeBSD:15:*,       FreeBSD:15:amd64,                     true",
    "FreeBSD:15:*,       FreeBSD:14:amd64/quarterly/meta.conf, false",
    "FreeBSD:15:*,       FreeBSD:150:amd64/x,                  false",
    "15.*-RELEASE/*,     15.0-RELEASE/amd64/latest.ssl,        true",
    "15.*-RELEASE/*,     15.0-RELEASE,                         false",
    "15.*-RELEASE/*,     to-15.1-RELEASE/amd64/f/x,            false",
    "15.?-RELEASE,       15.0-RELEASE/amd64,                   true",
    "15.?-RELEASE,       15.10-RELEASE/amd64,                  false",
    "core/os/x86_64,     core/os/x86_64/core.db,               true",
    "core/os/x86_64,     @12/core/os/x86_64/core.db,           true",
    "core/os/x86_64,     @12/extra/os/x86_64/extra.db,         false",
    "core/os/x86_64,     core/@12/x86_64,                      false",
    "core/os/x86_64,     core/os/aarch64/core.db,              false",
    "core/os/x86_64,     core,                                 false",
    "core,               core-testing/os/x86_64/core.db,       false",
    "*,                  anything/at/all,                      true",
    "c+(x)[y],           c+(x)[y]/z,                           true",
    "c+(x)[y],           ccx,                                  false",
  })
  void aPatternHasWhatItNamesAndAllBelow(String pattern, String path, boolean has) {
    assertThat(new Scope(List.of(pattern)).has(new RelPath(path))).isEqualTo(has);
  }

  @Test
  void whatIsOnTheWayIsListedAndNothingElseOfItIsGiven() {
    Scope scope = new Scope(List.of("core/os/x86_64", "pool"));
    assertThat(scope.reaches(RelPath.ROOT)).isTrue();
    assertThat(scope.reaches(new RelPath("core/os"))).isTrue();
    assertThat(scope.reaches(new RelPath("pool/packages"))).isTrue();
    assertThat(scope.reaches(new RelPath("extra"))).isFalse();
    assertThat(scope.refusal("arch", new RelPath("core"), true)).isNull();
    assertThat(scope.refusal("arch", new RelPath("core"), false))
        .isEqualTo(
            "The mirror arch has only core/os/x86_64, pool; its operator can add to \"roots\" of"
                + " [mirror.arch].");
    assertThat(scope.refusal("arch", RelPath.ROOT, false)).isNull();
  }

  @Test
  void withoutPatternsEverythingIsThere() {
    assertThat(new Scope(List.of()).has(new RelPath("a/b"))).isTrue();
    assertThat(new Scope(List.of()).refusal("arch", new RelPath("a"), false)).isNull();
  }

  @Test
  void patternsAreReadFromTheTableOfTheMirror() throws InvalidConfig {
    assertThat(read("[\"core/os/*\", \"pool\"]")).containsExactly("core/os/*", "pool");
    assertThat(read("[]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/core", "core/", "core//os", "../core", "a/**", "", "./a", "a/.."})
  void patternsThatCanMatchNothingAreRefusedWithWhatToWrite(String pattern) {
    assertThatThrownBy(() -> read("[\"" + pattern + "\"]"))
        .isInstanceOf(InvalidConfig.class)
        .hasMessageContaining("\"roots\" in [mirror.arch]")
        .hasMessageMatching("(?s).*(write the path below the mirror|leave it out).*");
  }
}
