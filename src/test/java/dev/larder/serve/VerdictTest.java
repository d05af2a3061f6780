package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.CacheStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The verdicts of the access log are those that docs/logging.md explains.
class VerdictTest {
  private static final CacheStatus MISS = CacheStatus.forwarded("uri-miss", 200, true, "");

  private static Set<String> documented() throws IOException {
    String page = Files.readString(Path.of("docs/logging.md"));
    String table = page.substring(page.indexOf("| verdict |"));
    Set<String> words = new TreeSet<>();
    for (String row : table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList()) {
      for (MatchResult word :
          Pattern.compile("`([a-z]+)`").matcher(row.split("\\|", -1)[1]).results().toList()) {
        words.add(word.group(1));
      }
    }
    return words;
  }

  @Test
  void everyVerdictIsWhatTheDocumentSays() throws IOException {
    Set<String> given = new TreeSet<>();
    given.add(is("hit", Visit.verdict(200, CacheStatus.hit("gen=1"))));
    given.add(is("hit", Visit.verdict(404, CacheStatus.hit("negative"))));
    given.add(is("miss", Visit.verdict(200, MISS)));
    given.add(is("miss", Visit.verdict(502, CacheStatus.forwarded("uri-miss", 0, false, ""))));
    given.add(is("joined", Visit.verdict(200, MISS.withCollapsed())));
    given.add(is("refreshed", Visit.verdict(200, CacheStatus.forwarded("stale", 200, true, ""))));
    given.add(is("stale", Visit.verdict(200, CacheStatus.hit("gen=1 upstream-down"))));
    given.add(is("partial", Visit.verdict(206, CacheStatus.forwarded("partial", 206, false, ""))));
    given.add(is("bypass", Visit.verdict(200, CacheStatus.forwarded("bypass", 200, false, ""))));
    given.add(is("page", Visit.verdict(200, null)));
    given.add(is("page", Visit.verdict(302, null)));
    given.add(is("refused", Visit.verdict(403, null)));
    given.add(is("error", Visit.verdict(500, null)));
    given.add(is("error", Visit.verdict(503, CacheStatus.hit("disk error"))));
    given.add(is("error", Visit.verdict(503, CacheStatus.forwarded("bypass", 0, false, ""))));
    given.add(is("left", Visit.verdict(0, null)));
    assertThat(documented()).isEqualTo(given);
  }

  private static String is(String wanted, String verdict) {
    assertThat(verdict).isEqualTo(wanted);
    return verdict;
  }
}
