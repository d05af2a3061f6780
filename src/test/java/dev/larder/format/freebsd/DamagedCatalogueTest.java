package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.Compression;
import dev.larder.format.IndexTrust.Verdict;
import dev.larder.format.InvalidIndex;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Damages real catalogues: every field of records, bytes of payloads and of archives. Reading the
/// result either works or says [InvalidIndex], soon, and what is signed is never good once its
/// payload is another. The seed of a failure is in its message.
final class DamagedCatalogueTest {
  private static final int ROUNDS = 200;
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Set<String> READ =
      Set.of("name", "version", "abi", "arch", "sum", "path", "repopath", "pkgsize");
  private static final List<String> WRONG =
      List.of("null", "true", "-1", "1.5", "1e3", "{}", "[]", "[\"x\"]", "{\"a\":{}}", "\"\"");

  static List<String> repositories() {
    return Samples.REPOSITORIES;
  }

  private static List<String> records(String repository) throws IOException {
    return new String(Samples.payload(repository + "/packagesite.pkg"), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }

  /// What a catalogue promises in which record `at` reads `record`; null if it is refused.
  private static @Nullable Map<String, Expected> promises(
      List<String> records, int at, String record) {
    String[] changed = records.toArray(String[]::new);
    changed[at] = record;
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try {
            return Samples.promises("data.pkg", CatalogueMaker.data(changed));
          } catch (InvalidIndex e) {
            return null;
          }
        },
        record);
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void everyFieldOfARecordIsDamaged(String repository) throws Exception {
    List<String> records = records(repository);
    Map<String, Expected> whole =
        Samples.promises("data.pkg", Samples.bytes(repository + "/data.pkg"));
    JsonMapper mapper = JsonMapper.shared();
    for (int at : new int[] {0, records.size() / 2, records.size() - 1}) {
      ObjectNode record = (ObjectNode) mapper.readTree(records.get(at));
      for (String key : record.propertyNames().toArray(String[]::new)) {
        boolean read = READ.contains(key);
        boolean optional = Set.of("abi", "arch", "repopath").contains(key);
        ObjectNode without = record.deepCopy();
        without.remove(key);
        assertThat(promises(records, at, without.toString()))
            .as("without " + key)
            .isEqualTo(read && !optional ? null : whole);
        String twice = "{\"" + key + "\":" + record.get(key) + "," + record.toString().substring(1);
        assertThat(promises(records, at, twice)).as("twice " + key).isEqualTo(read ? null : whole);
        for (String wrong : WRONG) {
          ObjectNode other = record.deepCopy();
          other.set(key, mapper.readTree(wrong));
          assertThat(promises(records, at, other.toString()))
              .as(key + " = " + wrong)
              .isEqualTo(read ? null : whole);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void everyTextOfARecordIsChangedByACharacter(String repository) throws Exception {
    List<String> records = records(repository);
    Map<String, Expected> whole =
        Samples.promises("data.pkg", Samples.bytes(repository + "/data.pkg"));
    ObjectNode record = (ObjectNode) JsonMapper.shared().readTree(records.getFirst());
    long base = System.nanoTime();
    for (String key : READ) {
      JsonNode value = record.get(key);
      for (int round = 0; round < 12; round++) {
        long seed = base + round;
        String text = changed(value.asString(), new Random(seed));
        ObjectNode other = record.deepCopy();
        other.put(key, text);
        Map<String, Expected> promises = promises(records, 0, other.toString());
        // A name or a version may be any; all the others contradict something.
        if (!key.equals("name") && !key.equals("version") && !text.equals(value.asString())) {
          assertThat(
                  promises == null
                      || (promises.equals(whole) && isSame(key, text, record))
                      || (key.equals("sum") && isOtherSum(promises, whole)))
              .as(key + " = " + text + ", seed " + seed + "L")
              .isTrue();
        }
      }
    }
  }

  // Letters of another case name the same system, and the older form knows processors we do not.
  private static boolean isSame(String key, String text, ObjectNode record) {
    return text.endsWith("*")
        || (key.equals("abi") && text.equalsIgnoreCase(record.get(key).asString()))
        || ((key.equals("arch") || isOlderForm(text))
            && text.toLowerCase(Locale.ROOT).startsWith("freebsd:14:"));
  }

  // Which may stand under either name: `FreeBSD:14:amd:4`.
  private static boolean isOlderForm(String text) {
    return text.split(":", -1).length > 3 && !text.contains("::") && !text.endsWith(":");
  }

  // A sum that is well-formed can only be known for wrong by its file, or a signature.
  private static boolean isOtherSum(Map<String, Expected> promises, Map<String, Expected> whole) {
    return promises.keySet().equals(whole.keySet())
        && promises.entrySet().stream().filter(e -> !whole.entrySet().contains(e)).count() == 1;
  }

  private static String changed(String text, Random random) {
    StringBuilder changed = new StringBuilder(text);
    int at = random.nextInt(text.length());
    switch (random.nextInt(3)) {
      case 0 -> changed.setCharAt(at, (char) (0x20 + random.nextInt(0x5f)));
      case 1 -> changed.deleteCharAt(at);
      default -> changed.insert(at, (char) random.nextInt(0x100));
    }
    return changed.toString();
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "NONE"})
  void aDamagedArchiveIsReadOrRefused(Compression compression) throws Exception {
    PkgTrust trust = PkgTrust.fingerprints(Samples.path("keys/fingerprints"));
    byte[] payload = Samples.payload("fingerprints/data.pkg");
    Map<String, Expected> whole =
        Samples.promises("data.pkg", Samples.bytes("fingerprints/data.pkg"));
    Map<String, byte[]> signatures =
        CatalogueArchive.read(
            "x", new ByteArrayInputStream(Samples.bytes("fingerprints/data.pkg")), (_, _, _) -> {});
    CatalogueMaker maker = new CatalogueMaker();
    for (Map.Entry<String, byte[]> signature : signatures.entrySet()) {
      maker.add(signature.getKey(), signature.getValue());
    }
    byte[] plain = maker.add("data", payload).packed(Compression.NONE);
    byte[] packed = CatalogueMaker.pack(compression, plain);
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long seed = base + round;
      Random random = new Random(seed);
      byte[] bytes =
          random.nextBoolean()
              ? damaged(packed, random)
              : CatalogueMaker.pack(compression, damaged(plain, random));
      refused += isRefused(trust, bytes, whole, compression + ", seed " + seed + "L") ? 1 : 0;
    }
    assertThat(refused).as("seeds from " + base).isPositive();
  }

  private static boolean isRefused(
      PkgTrust trust, byte[] bytes, Map<String, Expected> whole, String what) {
    return assertTimeoutPreemptively(
        LIMIT,
        () -> {
          RelPath index = new RelPath("data.pkg");
          try {
            Verdict verdict = trust.check(index, new ByteArrayInputStream(bytes));
            boolean good = verdict instanceof Verdict.Good;
            Map<String, Expected> promises = Samples.promises("data.pkg", bytes);
            assertThat(!good || promises.equals(whole)).as(what).isTrue();
            return !good;
          } catch (InvalidIndex e) {
            return true;
          }
        },
        what);
  }

  @ParameterizedTest
  @ValueSource(strings = {"data.pkg", "packagesite.pkg", "list/files.pkg"})
  void aDamagedPayloadIsReadOrRefused(String sample) throws Exception {
    String from = sample.startsWith("list/") ? sample : "rsa/" + sample;
    String index = sample.substring(sample.indexOf('/') + 1);
    byte[] payload = Samples.payload(from);
    long base = System.nanoTime();
    for (int round = 0; round < ROUNDS; round++) {
      long seed = base + round;
      byte[] bytes =
          new CatalogueMaker()
              .add("x", damaged(payload, new Random(seed)))
              .packed(Compression.NONE);
      assertTimeoutPreemptively(
          LIMIT,
          () -> {
            try {
              Samples.promises(index, bytes);
            } catch (InvalidIndex e) {
              assertThat(e).hasMessageStartingWith(index + ": ");
            }
          },
          sample + ", seed " + seed + "L");
    }
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    byte[] damaged = bytes.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(damaged.length);
      switch (random.nextInt(5)) {
        case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> damaged[at] = (byte) random.nextInt(256);
        case 2 -> damaged = Arrays.copyOf(damaged, Math.max(1, at));
        case 3 -> {
          int to = Math.min(damaged.length, at + random.nextInt(600));
          Arrays.fill(damaged, at, to, (byte) random.nextInt(256));
        }
        default -> {
          int length = Math.min(random.nextInt(600), damaged.length - at);
          System.arraycopy(
              damaged, random.nextInt(damaged.length - length + 1), damaged, at, length);
        }
      }
    }
    return damaged;
  }
}
