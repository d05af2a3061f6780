package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.Admission;
import dev.larder.repo.Answer;
import dev.larder.repo.Ask;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import dev.larder.repo.Explanation;
import dev.larder.serve.Site;
import dev.larder.store.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RootPathsTest {
  private static final List<Site.RootPath> ROOTS =
      RootPaths.of(
          List.of(
              new Named("arch", "pacman"),
              new Named("pkg", "freebsd-pkg"),
              new Named("pkg2", "freebsd-pkg"),
              new Named("update", "freebsd-update"),
              new Named("sets", "freebsd-releases")));

  private record Named(String name, String format) implements Content {
    @Override
    public Admission admission() {
      return Admission.OPEN;
    }

    @Override
    public Answer answer(Ask ask) {
      return new Answer.Absent("nothing here", CacheStatus.hit(""));
    }

    @Override
    public Explanation explain(RelPath path) {
      return new Explanation(path.value(), "nothing here", List.of());
    }

    @Override
    public List<Entry> list(RelPath directory) {
      return List.of();
    }

    @Override
    public void sent(boolean hit, long bytes) {}
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "/FreeBSD:15:amd64/quarterly/data.pkg, pkg",
        "/FreeBSD:14:aarch64/kmods_latest_3/meta.conf, pkg",
        "/FreeBSD:15:powerpc64le, pkg",
        "/FreeBSD:15, -",
        "/FreeBSD:15:amd64:x/meta.conf, -",
        "/FreeBSD/releases, -",
        "/freebsd:14:x86:64/latest, -",
        "/15.0-RELEASE/amd64/latest.ssl, update",
        "/14.1-RELEASE/amd64/bp/a-b, update",
        "/to-15.1-RELEASE/amd64/bp/a-b, update",
        "/15.1-RC1/amd64/pub.ssl, update",
        "/to-15.1-BETA2/amd64/pub.ssl, update",
        "/15.0-RELEASE-p3/amd64/pub.ssl, -",
        "/15.0-CURRENT/amd64/pub.ssl, -",
        "/to-x, -",
        "/pub/FreeBSD/releases/amd64/amd64/15.0-RELEASE/MANIFEST, sets",
        "/pub/FreeBSD, sets",
        "/pub/FreeBSD/, sets",
        "/pub, -",
        "/pub/freebsd/x, -",
        "/releases/amd64/MANIFEST, -",
        "/, -",
      })
  void aPathAtTheTopMeansTheFirstMirrorOfItsFormat(String path, String mirror) {
    assertThat(
            ROOTS.stream()
                .filter(root -> root.has(path))
                .map(root -> root.content().name())
                .reduce((a, b) -> a + " and " + b)
                .orElse(null))
        .isEqualTo(mirror);
  }

  @Test
  void aSiteOfOtherFormatsHasNone() {
    assertThat(RootPaths.of(List.of(new Named("arch", "pacman")))).isEmpty();
  }
}
