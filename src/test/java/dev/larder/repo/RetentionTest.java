package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.IndexOrder.Entry;
import dev.larder.store.Checksum;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Which generations of a repository stay.
class RetentionTest {
  private static final int MANY = 1000;

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
    assertThat(Retention.stays(all, 1, MANY, -1)).isEqualTo(1);
    assertThat(Retention.stays(all, 2, MANY, -1)).isEqualTo(2);
    assertThat(Retention.stays(all, 4, MANY, -1)).isEqualTo(4);
  }

  @Test
  void aVersionThatComesBackCountsOnce() {
    List<Packages> all =
        List.of(generation("a 1"), generation("a 2"), generation("a 1"), generation("a 3"));
    assertThat(Retention.stays(all, 2, MANY, -1)).isEqualTo(3);
  }

  @Test
  void noMoreGenerationsThanAreHeld() {
    List<Packages> all = List.of(generation("a 1"), generation("a 1"), generation("a 1"));
    assertThat(Retention.stays(all, 5, 2, -1)).isEqualTo(2);
  }

  @Test
  void olderGenerationsGoWhenTheSpaceIsUsedUpButNeverTheCurrentOne() {
    List<Packages> all =
        List.of(generation("a 3", "b 1"), generation("a 2", "b 1"), generation("a 1", "b 1"));
    assertThat(Retention.stays(all, 5, MANY, 3000)).isEqualTo(2);
    assertThat(Retention.stays(all, 5, MANY, 2000)).isEqualTo(1);
    assertThat(Retention.stays(all, 5, MANY, 10)).isEqualTo(1);
    assertThat(Retention.stays(all, 5, MANY, -1)).isEqualTo(3);
  }

  @Test
  void onceOneGenerationHasGoneNoOlderOneStays() {
    List<Packages> all =
        List.of(generation("a 3"), generation("a 2"), generation("a 1"), generation("a 3"));
    assertThat(Retention.stays(all, 2, MANY, -1)).isEqualTo(2);
  }
}
