package dev.larder.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.store.RelPath;
import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "**, core/os/x86_64/core.db, true",
    "*, core/os/x86_64/core.db, true",
    "*.db, core/os/x86_64/core.db, true",
    "*.db, core/os/x86_64/core.db.sig, false",
    "core.db, core/os/x86_64/core.db, true",
    "/core.db, core/os/x86_64/core.db, true",
    "linux-?.pkg, a/linux-6.pkg, true",
    "linux-?.pkg, a/linux-66.pkg, false",
    "core/*, core/os/x86_64/core.db, false",
    "core/**, core/os/x86_64/core.db, true",
    "/core/**, core/os/x86_64/core.db, true",
    "core/**, extra/core/a, false",
    "*/os/*/core.db, core/os/x86_64/core.db, true",
    "**/core.db, core/os/x86_64/core.db, true",
    "**/core.db, core.db, false",
    "core?os, core/os, false",
    "core/?s/a, core/os/a, true",
    "lib[x]{y}++, a/lib[x]{y}++, true",
    "a, b/a/c, false",
  })
  void meansWhatItSays(String pattern, String path, boolean expected) {
    assertThat(new Glob(pattern).matches(new RelPath(path))).isEqualTo(expected);
  }

  @Test
  void aHostilePatternTakesNoLongerThanAnyOther() {
    Glob glob = new Glob("*a".repeat(250) + "b");
    RelPath path = new RelPath("a".repeat(250));
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(glob.matches(path)).isFalse());
  }

  @Test
  void anEmptyOrEndlessPatternIsRefused() {
    assertThatThrownBy(() -> new Glob("/")).hasMessageContaining("empty");
    assertThatThrownBy(() -> new Glob("a".repeat(600))).hasMessageContaining("512");
  }
}
