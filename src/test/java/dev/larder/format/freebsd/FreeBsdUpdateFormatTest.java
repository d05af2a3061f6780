package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.InvalidIndex;
import dev.larder.format.PathKind;
import dev.larder.format.freebsd.UpdateTree.Fetched;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.Hashing;
import dev.larder.store.RelPath;
import dev.larder.testing.TagSigner;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FreeBsdUpdateFormatTest {
  private static final String A = "0123456789abcdef".repeat(4);
  private static final String B = "fedcba9876543210".repeat(4);
  private static final TagSigner SIGNER = TagSigner.create(2048);

  private final FreeBsdUpdateFormat format = new FreeBsdUpdateFormat();

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] start(byte[] bytes) {
    return Arrays.copyOf(bytes, Math.min(512, bytes.length));
  }

  private void read(RelPath index, byte[] bytes) throws IOException {
    format.read(
        index,
        new ByteArrayInputStream(bytes),
        (path, expected) -> {
          throw new AssertionError("promises " + path + " " + expected);
        });
  }

  private long examined(byte[] tag, byte[] key) throws IOException {
    return format.examine(UpdateTree.ROOT, Fetched.of(tag, key)).orElseThrow();
  }

  private static String tag(String machine, String release, String patch) {
    return "freebsd-update|" + machine + "|" + release + "|" + patch + "|" + A + "|1900000000\n";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          14.1-RELEASE/amd64/latest.ssl        | Index     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/pub.ssl           | Index     | 14.1-RELEASE/amd64
          15.0-BETA2/arm64/latest.ssl          | Index     | 15.0-BETA2/arm64
          15.0-RC1/amd64/latest.ssl            | Index     | 15.0-RC1/amd64
          6.2-RELEASE/i386/pub.ssl             | Index     | 6.2-RELEASE/i386
          14.1-RELEASE/amd64/t/$A              | HashNamed | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/m/$A.gz           | HashNamed | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/f/$A.gz           | HashNamed | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/bp/$A-$B          | Immutable | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/tp/$A-$B.gz       | Immutable | 14.1-RELEASE/amd64
          to-15.0-RELEASE/amd64/bp/$A-$B       | Immutable | ''
          14.1-RELEASE/amd64/t/$A.gz           | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/m/$A              | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/f/A$A.gz          | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/bp/$A             | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/bp/$A-$B.gz       | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/x/$A              | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64/t/latest.ssl      | Other     | 14.1-RELEASE/amd64
          14.1-RELEASE/amd64                   | Other     | 14.1-RELEASE/amd64
          to-15.0-RELEASE/amd64/latest.ssl     | Other     | ''
          14.1-RELEASE/latest.ssl              | Other     | ''
          FreeBSD:14:amd64/quarterly/meta.conf | Other     | ''
          latest.ssl                           | Other     | ''
          """)
  void everyPathHasItsKindAndRoot(String template, String kind, String root) {
    RelPath path = new RelPath(template.replace("$A", A).replace("$B", B));
    assertThat(format.kind(path).getClass().getSimpleName()).isEqualTo(kind);
    assertThat(format.rootOf(path)).isEqualTo(new RelPath(root));
    assertThat(format.packageName(path)).isNull();
    assertThat(format.signatureOf(path)).isNull();
    assertThat(format.indexesOf(path, "freebsd-update")).isEmpty();
    assertThat(format.namesPackages(path)).isFalse();
  }

  @Test
  void namesTellTheBytesOrWhatIsInThem() {
    assertThat(format.kind(UpdateTree.ROOT.resolve("t/" + A)))
        .isEqualTo(new PathKind.HashNamed(new Expected(-1, new Checksum(Algorithm.SHA256, A))));
    for (String directory : List.of("m", "f")) {
      assertThat(format.kind(UpdateTree.ROOT.resolve(directory + "/" + A + ".gz")))
          .isEqualTo(
              new PathKind.HashNamed(
                  new Expected(-1, new Checksum(Algorithm.GUNZIPPED_SHA256, A))));
    }
  }

  @Test
  void theTwoPointersOfAReleaseAreOneSet() {
    assertThat(format.name()).isEqualTo("freebsd-update");
    assertThat(format.token()).isNull();
    assertThat(format.tokenTime(ascii("1"))).isEmpty();
    assertThat(format.core(UpdateTree.ROOT)).containsExactly(UpdateTree.TAG, UpdateTree.KEY);
    assertThat(format.leader(UpdateTree.ROOT)).isEqualTo(UpdateTree.TAG);
    for (String none : List.of("", "14.1-RELEASE", "to-14.1-RELEASE/amd64", "14.1-RELEASE/a/b")) {
      assertThat(format.core(new RelPath(none))).isEmpty();
      assertThat(format.leader(new RelPath(none))).isNull();
    }
  }

  @Test
  void aTreeByOpensslAndGzipIsReadBack() throws IOException {
    Map<RelPath, byte[]> files = UpdateTree.files();
    assertThat(files).hasSizeGreaterThan(60);
    int proven = 0;
    for (Map.Entry<RelPath, byte[]> file : files.entrySet()) {
      RelPath path = file.getKey();
      byte[] bytes = file.getValue();
      assertThat(format.plausible(path, start(bytes))).as(path.value()).isTrue();
      assertThat(format.maxSize(path)).as(path.value()).isGreaterThan(bytes.length);
      switch (format.kind(path)) {
        case PathKind.HashNamed(Expected expected) -> {
          Hashing hashing = new Hashing(expected.checksum());
          hashing.update(bytes, 0, bytes.length);
          assertThat(hashing.finish().asExpected()).as(path.value()).isTrue();
          proven++;
        }
        case PathKind.Index() -> read(path, bytes);
        case PathKind.IndexSignature _,
            PathKind.Token _,
            PathKind.PackageFile _,
            PathKind.Companion _,
            PathKind.Immutable _,
            PathKind.Other _ ->
            throw new AssertionError(path.value());
      }
    }
    assertThat(proven).isEqualTo(files.size() - 2);
    assertThat(examined(UpdateTree.file(UpdateTree.TAG), UpdateTree.file(UpdateTree.KEY)))
        .isEqualTo(5);
  }

  @Test
  void theTagNamesAMetadataIndexOfTheTree() throws IOException {
    byte[] index =
        UpdateTree.file(
            UpdateTree.ROOT.resolve(
                "t/fd3f70b5bfb528e1db54048077a96bfc89bdfb8eaaae9882d43f7de026893074"));
    assertThat(UpdateTree.lines(index)).hasSize(3).allMatch(line -> line.startsWith("INDEX-"));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "5, 5", "007, 7", "123456789012345678, 123456789012345678"})
  void theClockIsThePatchLevel(String written, long clock) throws IOException {
    byte[] signed = SIGNER.sign(tag("amd64", "14.1-RELEASE", written));
    assertThat(examined(signed, SIGNER.pem())).isEqualTo(clock);
  }

  @Test
  void whatFollowsTheEndOfLifeIsNotLookedAt() throws IOException {
    String longer = tag("amd64", "14.1-RELEASE", "3").replace("0\n", "0|more\n");
    assertThat(examined(SIGNER.sign(longer), SIGNER.pem())).isEqualTo(3);
  }

  @Test
  void aPointerOfAnotherKeyIsRefused() {
    byte[] signed = TagSigner.create(2048).sign(tag("amd64", "14.1-RELEASE", "5"));
    assertThatThrownBy(() -> examined(signed, SIGNER.pem()))
        .isInstanceOf(InvalidIndex.class)
        .hasMessage(
            "14.1-RELEASE/amd64/latest.ssl: is not signed with the key in the pub.ssl beside it");
  }

  @ParameterizedTest
  @CsvSource({"arm64, 14.1-RELEASE", "amd64, 14.2-RELEASE", "amd64, 14.1-RELEASE-p1"})
  void aPointerOfAnotherDirectoryIsRefused(String machine, String release) {
    byte[] signed = SIGNER.sign(tag(machine, release, "5"));
    assertThatThrownBy(() -> examined(signed, SIGNER.pem()))
        .isInstanceOf(InvalidIndex.class)
        .hasMessage(
            "14.1-RELEASE/amd64/latest.ssl: is the pointer of another directory, "
                + release
                + "/"
                + machine);
  }

  @Test
  void whatNoClientUnderstandsIsRefused() {
    String good = tag("amd64", "14.1-RELEASE", "5");
    for (String bad :
        List.of(
            "",
            good.strip(),
            good + good,
            good + "x",
            "\n" + good,
            good.replace("freebsd", "FreeBSD"),
            good.replace("|5|", "|-5|"),
            good.replace("|5|", "||"),
            good.replace("|5|", "|1234567890123456789|"),
            good.replace(A, A.substring(1)),
            good.replace(A, A.replace('a', 'A')),
            good.replace("1900000000", "190000000"),
            good.replace("|14.1-RELEASE|", "|14.1 RELEASE|"))) {
      assertThatThrownBy(() -> examined(SIGNER.sign(bad), SIGNER.pem()))
          .as(bad)
          .isInstanceOf(InvalidIndex.class)
          .hasMessageStartingWith("14.1-RELEASE/amd64/latest.ssl: is signed, but says what no");
    }
  }

  @Test
  void aDamagedPaddingIsRefused() {
    byte[] block = SIGNER.padded(tag("amd64", "14.1-RELEASE", "5"));
    for (int at : new int[] {1, 2, 9, 30}) {
      byte[] damaged = block.clone();
      damaged[at] ^= 1;
      assertThatThrownBy(() -> examined(SIGNER.signPadded(damaged), SIGNER.pem()))
          .isInstanceOf(InvalidIndex.class)
          .hasMessageContaining("is not signed with the key");
    }
  }

  @Test
  void withoutAUsableKeyNothingIsBelieved() throws IOException {
    byte[] signed = SIGNER.sign(tag("amd64", "14.1-RELEASE", "5"));
    assertThatThrownBy(
            () -> format.examine(UpdateTree.ROOT, new Fetched(Map.of(UpdateTree.TAG, signed))))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("there is no pub.ssl beside it");
    assertThatThrownBy(() -> examined(signed, ascii("no key")))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageStartingWith("14.1-RELEASE/amd64/pub.ssl: is not an RSA public key");
    assertThat(format.examine(UpdateTree.ROOT, new Fetched(Map.of(UpdateTree.KEY, SIGNER.pem()))))
        .isEmpty();
    assertThat(format.examine(RelPath.ROOT, new Fetched(Map.of()))).isEmpty();
  }

  @Test
  void damagedPointersAreReadOrRefused() throws IOException {
    byte[] tag = UpdateTree.file(UpdateTree.TAG);
    byte[] key = UpdateTree.file(UpdateTree.KEY);
    long base = System.nanoTime();
    int refused = 0;
    for (int round = 0; round < 300; round++) {
      Random random = new Random(base + round);
      boolean inKey = random.nextBoolean();
      byte[] bytes = (inKey ? key : tag).clone();
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      byte[] cut = Arrays.copyOf(bytes, bytes.length - random.nextInt(3));
      try {
        read(inKey ? UpdateTree.KEY : UpdateTree.TAG, cut);
        // A line feed of the key may become another space.
        assertThat(examined(inKey ? tag : cut, inKey ? cut : key)).isEqualTo(5);
      } catch (InvalidIndex e) {
        refused++;
        assertThat(e.getMessage()).startsWith("14.1-RELEASE/amd64/").doesNotContain("\n");
      } catch (IOException | RuntimeException e) {
        throw new AssertionError("seed " + (base + round) + "L", e);
      }
    }
    assertThat(refused).as("seeds from " + base).isGreaterThan(200);
  }

  @Test
  void aPointerHasTheLengthOfASignature() throws IOException {
    read(UpdateTree.TAG, new byte[64]);
    read(UpdateTree.TAG, new byte[1024]);
    for (int length : new int[] {0, 63, 1025}) {
      assertThatThrownBy(() -> read(UpdateTree.TAG, new byte[length]))
          .isInstanceOf(InvalidIndex.class)
          .hasMessageStartingWith("14.1-RELEASE/amd64/latest.ssl: is ");
    }
    assertThatThrownBy(() -> read(UpdateTree.KEY, new byte[1 << 20]))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("is longer than");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(UpdateTree.ROOT.resolve("t/" + A), new byte[0]));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"latest.ssl", "pub.ssl", "t/$A", "m/$A.gz", "f/$A.gz", "bp/$A-$A", "tp/$A-$A.gz"})
  void aPageIsNeverPlausible(String name) {
    RelPath path = UpdateTree.ROOT.resolve(name.replace("$A", A));
    for (String page :
        List.of(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><title>404 Not Found</title></head></html>",
            "\ufeff  \r\n<html><body>captive portal, please log in to go on</body></html>",
            "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Key>longer</Key></Error>",
            "")) {
      assertThat(format.plausible(path, page.getBytes(StandardCharsets.UTF_8)))
          .as("%s: %s", name, page)
          .isFalse();
    }
    assertThat(format.plausible(UpdateTree.ROOT.resolve("index.html"), ascii("<html>"))).isTrue();
  }

  @Test
  void aSignatureMayBeginLikeATag() {
    byte[] random = new byte[256];
    new Random(7).nextBytes(random);
    System.arraycopy(ascii("<html>"), 0, random, 0, 6);
    assertThat(format.plausible(UpdateTree.TAG, random)).isTrue();
  }

  @Test
  void aMetadataPatchIsOneWholeGzipFile() throws IOException {
    RelPath path = UpdateTree.ROOT.resolve("tp/" + A + "-" + B + ".gz");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(ascii("+world|base|/bin/cat|f|0|0|0555|0|" + A + "|\n"));
    }
    byte[] patch = packed.toByteArray();
    assertThat(format.plausible(path, patch)).isTrue();
    assertThat(fault(path, patch)).isNull();
    assertThat(fault(path, Arrays.copyOf(patch, patch.length - 1)))
        .isEqualTo(path + " is cut short");
    assertThat(fault(path, Arrays.copyOf(patch, patch.length + 1)))
        .isEqualTo(path + " is followed by something else");
    patch[patch.length - 5] ^= 1;
    assertThat(fault(path, patch)).isEqualTo(path + " holds other bytes than its checksum says");
  }

  @Test
  void onlyPatchesCanHaveAFault() throws IOException {
    for (String name : List.of("latest.ssl", "t/" + A, "f/" + A + ".gz", "other")) {
      assertThat(fault(UpdateTree.ROOT.resolve(name), new byte[0])).isNull();
    }
    RelPath patch = new RelPath("to-15.0-RELEASE/amd64/bp/" + A + "-" + B);
    assertThat(fault(patch, ascii("BSDIFF40"))).startsWith(patch + " does not begin as a bsdiff");
    assertThat(fault(patch, PatchFile.of(new long[0], new byte[0], new byte[0], 0))).isNull();
  }

  private @org.jspecify.annotations.Nullable String fault(RelPath path, byte[] bytes)
      throws IOException {
    return format.fault(path, new ByteArrayInputStream(bytes));
  }
}
