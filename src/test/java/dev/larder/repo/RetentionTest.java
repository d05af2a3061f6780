package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Which generations of a repository stay.
class RetentionTest {
  private static final int MANY = 1000;

  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final Instant LONG_AGO = NOW.minus(Retention.YOUNG).minusSeconds(1);

  /// How many of generations that are all long past stay.
  private static int stays(List<Packages> all, int keep, int most, long maxSize) {
    return Retention.stays(
        all.stream().map(each -> new Retention.Candidate(each, LONG_AGO)).toList(),
        new Retention.Limits(keep, most, maxSize),
        NOW);
  }

  /// A generation with these packages, `name version`, of a thousand bytes each.
  private static Packages generation(String... packages) {
    List<Entry> entries = new ArrayList<>();
    for (String each : packages) {
      String[] words = each.split(" ", 2);
      String path = words[0] + "-" + words[1] + ".pkg";
      Checksum sha256 = Checksum.sha256(path.getBytes(StandardCharsets.UTF_8));
      entries.add(new Entry(words[0], words[1], path, 1000, sha256, null));
    }
    TreeMap<String, PackageList> lists = new TreeMap<>();
    lists.put("x86_64", PackageList.of(entries));
    return new Packages(lists);
  }

  @Test
  void everyPackageMayHaveAsManyVersionsAsAreKept() {
    List<Packages> all =
        List.of(
            generation("a 4", "b 1"),
            generation("a 3", "b 1"),
            generation("a 2", "b 1"),
            generation("a 1", "b 1"));
    assertThat(stays(all, 1, MANY, -1)).isEqualTo(1);
    assertThat(stays(all, 2, MANY, -1)).isEqualTo(2);
    assertThat(stays(all, 4, MANY, -1)).isEqualTo(4);
  }

  @Test
  void aVersionThatComesBackCountsOnce() {
    List<Packages> all =
        List.of(generation("a 1"), generation("a 2"), generation("a 1"), generation("a 3"));
    assertThat(stays(all, 2, MANY, -1)).isEqualTo(3);
  }

  @Test
  void noMoreGenerationsThanAreHeld() {
    List<Packages> all = List.of(generation("a 1"), generation("a 1"), generation("a 1"));
    assertThat(stays(all, 5, 2, -1)).isEqualTo(2);
  }

  @Test
  void olderGenerationsGoWhenTheSpaceIsUsedUpButNeverTheCurrentOne() {
    List<Packages> all =
        List.of(generation("a 3", "b 1"), generation("a 2", "b 1"), generation("a 1", "b 1"));
    assertThat(stays(all, 5, MANY, 3000)).isEqualTo(2);
    assertThat(stays(all, 5, MANY, 2000)).isEqualTo(1);
    assertThat(stays(all, 5, MANY, 10)).isEqualTo(1);
    assertThat(stays(all, 5, MANY, -1)).isEqualTo(3);
  }

  @Test
  void onceOneGenerationHasGoneNoOlderOneStays() {
    List<Packages> all =
        List.of(generation("a 3"), generation("a 2"), generation("a 1"), generation("a 3"));
    assertThat(stays(all, 2, MANY, -1)).isEqualTo(2);
  }

  @Test
  void whatClientsWereHandedAMomentAgoStaysUnlessThereIsNoRoomForIt() {
    List<Retention.Candidate> all = new ArrayList<>();
    for (int i = 10; i > 0; i--) {
      all.add(new Retention.Candidate(generation("a " + i), i > 5 ? NOW : LONG_AGO));
    }
    assertThat(Retention.stays(all, new Retention.Limits(2, 2, -1), NOW)).isEqualTo(5);
    assertThat(Retention.stays(all, new Retention.Limits(2, 2, 3000), NOW)).isEqualTo(3);
  }
}
