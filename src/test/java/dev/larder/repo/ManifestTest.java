package dev.larder.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.store.Checksum;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ManifestTest {
  private static final String LETTERS = "abcXYZ019+.:_@~-é";

  @Test
  void findsEveryPathItWasMadeOfAndNoOther() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Map<RelPath, Expected> promises = new HashMap<>();
    for (int i = 0; i < 3000; i++) {
      promises.put(new RelPath("d/" + name(random)), expected(random));
    }
    Manifest manifest = Manifest.parse(ByteBuffer.wrap(Manifest.of(promises).lines()));
    assertThat(manifest.size()).as("seed %d", seed).isEqualTo(promises.size());
    promises.forEach((path, expected) ->
        assertThat(manifest.find(path)).as("seed %d, %s", seed, path).isEqualTo(expected));
    for (int i = 0; i < 3000; i++) {
      RelPath path = new RelPath("d/" + name(random));
      assertThat(manifest.find(path)).as("seed %d, %s", seed, path).isEqualTo(promises.get(path));
    }
    Map<RelPath, Expected> all = new HashMap<>();
    manifest.forEach(all::put);
    assertThat(all).isEqualTo(promises);
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder("p");
    int length = 1 + random.nextInt(6);
    for (int i = 0; i < length; i++) {
      name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return name.toString();
  }

  private static Expected expected(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> Expected.NOTHING;
      case 1 -> new Expected(random.nextLong(1L << 40), null);
      default ->
          new Expected(random.nextInt(1000), Checksum.sha256(new byte[] {(byte) random.nextInt()}));
    };
  }

  @Test
  void knowsWhatLiesBelowADirectory() {
    Manifest manifest =
        Manifest.of(
            Map.of(
                new RelPath("core/a"), Expected.NOTHING,
                new RelPath("core/b/c"), Expected.NOTHING,
                new RelPath("core-testing/d"), Expected.NOTHING,
                new RelPath("extra/e"), Expected.NOTHING));
    assertThat(below(manifest, "core")).containsExactly("core/a", "core/b/c");
    assertThat(below(manifest, "extra")).containsExactly("extra/e");
    assertThat(below(manifest, "core/a")).isEmpty();
    assertThat(below(manifest, "")).hasSize(4);
  }

  private static List<String> below(Manifest manifest, String directory) {
    List<String> paths = new ArrayList<>();
    manifest.forEachBelow(new RelPath(directory), (path, expected) -> paths.add(path.value()));
    return paths;
  }

  @Test
  void theEmptyManifestNamesNothing() throws IOException {
    assertThat(Manifest.EMPTY.find(new RelPath("a"))).isNull();
    assertThat(Manifest.parse(ByteBuffer.allocate(0)).size()).isZero();
  }

  @Test
  void aLineWithoutAnEndIsNotWhole() {
    assertThatThrownBy(
            () -> Manifest.parse(ByteBuffer.wrap("a\t1\t-".getBytes(StandardCharsets.UTF_8))))
        .isInstanceOf(IOException.class);
  }
}
