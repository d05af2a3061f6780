package dev.larder.format.pacman;

import static dev.larder.format.pacman.Archive.promises;
import static dev.larder.format.pacman.Archive.withDesc;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import dev.larder.store.Expected;
import dev.larder.store.RelPath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SyncDatabaseTest {
  private static final String INDEX = "core/os/x86_64/core.db";
  private static final String SHA =
      "2987df75c67462602604ee9ce439cdeed5e827dadac39c7d6c17df0dc2f09493";
  private static final String MD5 = "b182b0a37583e79d34c413a6a701388b";
  private static final String FILE = "a-1-1-any.pkg.tar.zst";

  private static String desc(String... sections) {
    return "%FILENAME%\n"
        + FILE
        + "\n\n%NAME%\na\n\n%VERSION%\n1-1\n\n"
        + String.join("", sections);
  }

  private static String section(String name, String value) {
    return "%" + name + "%\n" + value + "\n\n";
  }

  private static Expected read(String... sections) throws IOException {
    Map<String, Expected> promises = promises(INDEX, withDesc("a-1-1", desc(sections)));
    assertThat(promises).containsKey("core/os/x86_64/" + FILE);
    return promises.getOrDefault("core/os/x86_64/" + FILE, Expected.NOTHING);
  }

  private static void refused(byte[] database, String... words) {
    var refusal =
        assertThatThrownBy(() -> promises(INDEX, database))
            .isExactlyInstanceOf(InvalidIndex.class)
            .hasMessageStartingWith(INDEX + ": ");
    for (String word : words) {
      refusal.hasMessageContaining(word);
    }
  }

  private static byte[] sample(String name) throws IOException {
    try (InputStream in = SyncDatabaseTest.class.getResourceAsStream("/arch/lab/" + name)) {
      if (in == null) {
        throw new AssertionError("no sample " + name);
      }
      return in.readAllBytes();
    }
  }

  @Test
  void aDatabaseByRepoAddPromisesPackagesAndSignaturesBesideIt() throws Exception {
    Map<String, Expected> promises = promises("lab/x86_64/lab.db", sample("lab.db"));
    assertThat(promises).hasSize(4);
    for (String name :
        new String[] {
          "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst", "hello-split-docs-1:1.2.3-2-any.pkg.tar.zst"
        }) {
      for (String file : new String[] {name, name + ".sig"}) {
        byte[] bytes = sample(file);
        assertThat(promises)
            .containsEntry(
                "lab/x86_64/" + file, new Expected(bytes.length, Checksum.sha256(bytes)));
      }
    }
  }

  @Test
  void aDatabaseAtTheRootPromisesAtTheRoot() throws Exception {
    assertThat(promises("lab.db", sample("lab.db")))
        .containsKey("hello-split-1:1.2.3-2-x86_64.pkg.tar.zst");
  }

  @Test
  void aFilesDatabasePromisesNothing() throws Exception {
    assertThat(promises("lab/lab.files", sample("lab.files"))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4", "NONE"})
  void everyPackingIsReadAndIsInvalidWhenCutAnywhere(Compression compression) throws Exception {
    byte[] database =
        new Archive()
            .addDirectory("a-1-1")
            .add("a-1-1/desc", desc(section("CSIZE", "5")))
            .packed(compression);
    assertThat(promises(INDEX, database))
        .containsExactly(Map.entry("core/os/x86_64/" + FILE, new Expected(5, null)));
    // A bare tar archive is whole once its three blocks are there and something of its end.
    int needed = compression == Compression.NONE ? 512 * 3 + 1 : database.length;
    for (int length = 0; length < needed; length += length < 20 ? 1 : 37) {
      refused(Arrays.copyOf(database, length));
    }
    refused(Arrays.copyOf(database, needed - 1));
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4"})
  void packedStreamsMayFollowOneAnother(Compression compression) throws Exception {
    byte[] plain = new Archive().add("a-1-1/desc", desc(section("CSIZE", "5"))).plain();
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(Archive.pack(compression, Arrays.copyOf(plain, 700)));
    both.write(Archive.pack(compression, Arrays.copyOfRange(plain, 700, plain.length)));
    assertThat(promises(INDEX, both.toByteArray())).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4", "NONE"})
  void anEmptyDatabaseIsValid(Compression compression) throws Exception {
    assertThat(promises(INDEX, Archive.pack(compression, new byte[10_240]))).isEmpty();
  }

  @Test
  void whatIsNoDatabaseIsRefusedInWords() throws Exception {
    refused(new byte[0], "is empty");
    refused("<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8), "a page", "<!DOCTYPE html>");
    refused("hello".repeat(500).getBytes(StandardCharsets.UTF_8), "is not an archive");
    refused(Archive.pack(Compression.GZIP, new byte[0]), "does not end");
    refused(Archive.pack(Compression.GZIP, "<html>".repeat(500).getBytes(StandardCharsets.UTF_8)));
    refused(new byte[] {0x4c, 0x5a, 0x49, 0x50, 1, 2, 3}, "LZIP");
  }

  @Test
  void whatFollowsTheEndOfTheArchiveIsRefused() throws Exception {
    byte[] plain = new Archive().add("a-1-1/desc", desc()).plain();
    byte[] more = Arrays.copyOf(plain, plain.length + 100);
    Arrays.fill(more, plain.length, more.length, (byte) 'x');
    refused(Archive.pack(Compression.GZIP, more), "does not end as a tar archive does");
  }

  @Test
  void sectionsComeInAnyOrderAndUnknownOnesArePassedOver() throws Exception {
    String text =
        "\n"
            + section("SHA256SUM", SHA)
            + section("FUTURE", "x\ny\nz")
            + section("DEPENDS", "glibc\nbash")
            + section("VERSION", "1-1")
            + section("CSIZE", "77")
            + section("DESC", "Überall – ☃")
            + section("NAME", "a")
            + "%FILENAME%\n"
            + FILE;
    assertThat(promises(INDEX, withDesc("a-1-1", text)))
        .containsExactly(
            Map.entry(
                "core/os/x86_64/" + FILE, new Expected(77, new Checksum(Algorithm.SHA256, SHA))));
  }

  @Test
  void aValueThatLooksLikeASectionIsAValue() throws Exception {
    assertThat(read(section("DESC", "%SHA256SUM%"), section("SHA256SUM", SHA)).checksum())
        .isEqualTo(new Checksum(Algorithm.SHA256, SHA));
    String other = SHA.replace('2', '3');
    assertThat(read(section("DESC", "%SHA256SUM%\n" + other), section("SHA256SUM", SHA)).checksum())
        .isEqualTo(new Checksum(Algorithm.SHA256, SHA));
  }

  @Test
  void upperCaseChecksumsAreTakenAndMd5OnlyWithoutSha256() throws Exception {
    String upper = SHA.toUpperCase(Locale.ROOT);
    assertThat(read(section("SHA256SUM", upper), section("MD5SUM", "junk")).checksum())
        .isEqualTo(new Checksum(Algorithm.SHA256, SHA));
    assertThat(read(section("MD5SUM", MD5)).checksum()).isEqualTo(new Checksum(Algorithm.MD5, MD5));
    assertThat(read()).isEqualTo(Expected.NOTHING);
  }

  @ParameterizedTest
  @CsvSource({
    "CSIZE, -1",
    "CSIZE, 1.5",
    "CSIZE, ''",
    "CSIZE, 9999999999999999999",
    "SHA256SUM, ''",
    "SHA256SUM, 2987",
    "SHA256SUM, 2987df75c67462602604ee9ce439cdeed5e827dadac39c7d6c17df0dc2f0949g",
    "MD5SUM, b182",
    "PGPSIG, not base64!"
  })
  void aValueOfTheWrongFormIsNamedInTheError(String name, String value) throws Exception {
    String shown = value.isEmpty() ? " " : value;
    refused(withDesc("a-1-1", desc(section(name, shown))), "a-1-1/desc: ", "%" + name + "%");
  }

  @Test
  void anEmbeddedSignatureIsPromisedUpToPacmansLimit() throws Exception {
    byte[] signature = new byte[16_384];
    Arrays.fill(signature, (byte) 0x88);
    String encoded = Base64.getEncoder().encodeToString(signature);
    assertThat(promises(INDEX, withDesc("a-1-1", desc(section("PGPSIG", encoded)))))
        .containsEntry(
            "core/os/x86_64/" + FILE + ".sig", new Expected(16_384, Checksum.sha256(signature)));
    String tooLong = Base64.getEncoder().encodeToString(new byte[16_385]);
    refused(withDesc("a-1-1", desc(section("PGPSIG", tooLong))), "%PGPSIG%", "16384");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../a-1-1-any.pkg.tar.zst",
        "/a-1-1-any.pkg.tar.zst",
        "x/a-1-1-any.pkg.tar.zst",
        ".a-1-1-any.pkg.tar.zst",
        "..",
        "core.db",
        "lastupdate",
        "a-1-1-any.pkg.tar.zst.sig",
        "a\tb-1-1-any.pkg.tar.zst",
        "a\\b-1-1-any.pkg.tar.zst"
      })
  void onlyPackagesBesideTheDatabaseCanBePromised(String fileName) throws Exception {
    String text = section("FILENAME", fileName) + section("NAME", "a") + section("VERSION", "1-1");
    refused(withDesc("a-1-1", text), "a-1-1/desc: ", "%FILENAME%");
  }

  @Test
  void aNameTooLongForAFileSystemCannotBePromised() throws Exception {
    String fileName = "a".repeat(300) + "-1-1-any.pkg.tar.zst";
    String text = section("FILENAME", fileName) + section("NAME", "a") + section("VERSION", "1-1");
    refused(withDesc("a-1-1", text), "cannot be a path");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FILENAME", "NAME", "VERSION"})
  void whatIdentifiesThePackageHasToBeThereOnce(String name) throws Exception {
    String whole = desc();
    int start = whole.indexOf("%" + name + "%");
    int end = whole.indexOf("\n\n", start) + 2;
    String section = whole.substring(start, end);
    refused(withDesc("a-1-1", whole.replace(section, "")), "has no %" + name + "%");
    refused(withDesc("a-1-1", whole + section), "%" + name + "% has more than one value");
  }

  @Test
  void sectionsThatRunIntoOneAnotherAreRefused() throws Exception {
    refused(withDesc("a-1-1", "%NAME%\na\n%VERSION%\n1-1\n"), "%NAME% has more than one value");
    refused(withDesc("a-1-1", "<html>\n"), "text outside a section: <html>");
  }

  @Test
  void theDirectoryHasToAgreeWithItsContent() throws Exception {
    refused(withDesc("a-1-2", desc()), "a-1-2/desc: ", "describes a-1-1");
  }

  @Test
  void filesOfOtherNamesAndPlacesArePassedOver() throws Exception {
    byte[] database =
        new Archive()
            .addDirectory("a-1-1")
            .add("a-1-1/depends", "%DEPENDS%\nglibc\n\n")
            .add("a-1-1/future", "anything")
            .add("desc", "not in a directory")
            .add("README", "x")
            .add("a-1-1/deeper/desc", "y")
            .add("a-1-1/desc", desc())
            .add(new TarArchiveEntry("a-1-1/link", TarConstants.LF_SYMLINK), new byte[0])
            .packed(Compression.ZSTD);
    assertThat(promises(INDEX, database)).hasSize(1);
  }

  @Test
  void namesOver100BytesAreRead() throws Exception {
    String name = "n".repeat(180);
    String text =
        section("FILENAME", name + "-1-1-any.pkg.tar.zst")
            + section("NAME", name)
            + section("VERSION", "1-1");
    assertThat(promises(INDEX, withDesc(name + "-1-1", text))).hasSize(1);
  }

  @Test
  void aFileNamedTwiceHasToBeTheSame() throws Exception {
    Archive same = new Archive();
    same.add("a-1-1/desc", desc(section("CSIZE", "5")));
    same.add("a-1-1/desc", desc(section("CSIZE", "5")));
    assertThat(promises(INDEX, same.packed(Compression.GZIP))).hasSize(1);
    Archive different = new Archive();
    different.add("a-1-1/desc", desc(section("CSIZE", "5")));
    different.add("a-1-1/desc", desc(section("CSIZE", "6")));
    refused(different.packed(Compression.GZIP), "other bytes for " + FILE);
  }

  @Test
  void filesDatabasesAreCheckedAsWell() throws Exception {
    byte[] wrong = new Archive().add("a-1-2/desc", desc()).packed(Compression.GZIP);
    assertThatThrownBy(() -> promises("core.files", wrong))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("wrong directory");
    byte[] page = new Archive().add("a-1-1/files", "<html>\n").packed(Compression.GZIP);
    assertThatThrownBy(() -> promises("core.files", page))
        .isInstanceOf(InvalidIndex.class)
        .hasMessageContaining("core.files: a-1-1/files: ");
    byte[] right =
        new Archive().add("a-1-1/files", "%FILES%\nusr/\nusr/bin/a\n").packed(Compression.GZIP);
    assertThat(promises("core.files", right)).isEmpty();
  }

  @Test
  void linksDatabasesOnlyHaveToBeWhole() throws Exception {
    byte[] links = new Archive().add("a-1-1/links", "libc.so.6\n").packed(Compression.GZIP);
    assertThat(promises("core.links.tar.gz", links)).isEmpty();
    assertThatThrownBy(() -> promises("core.links.tar.gz", Arrays.copyOf(links, 60)))
        .isInstanceOf(InvalidIndex.class);
  }

  @Test
  void linesAndDescriptionsAreLimited() throws Exception {
    String line = "x".repeat(Lines.MAX_LINE);
    assertThat(read(section("DESC", line))).isEqualTo(Expected.NOTHING);
    refused(withDesc("a-1-1", desc(section("DESC", line + "x"))), "a-1-1/desc: ", "a line longer");
    refused(withDesc("a-1-1", desc(section("DESC", line.repeat(3)))), "a line longer");
    refused(withDesc("a-1-1", desc(section("DEPENDS", "x\n".repeat(1_100_000)))), "is larger than");
  }

  @Test
  void anArchiveThatUnpacksWithoutEndIsRefusedInTime() throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] zeros = new byte[1 << 20];
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      for (int i = 0; i < 513; i++) {
        out.write(zeros);
      }
    }
    refused(packed.toByteArray(), "is larger than 536870912 bytes when unpacked");
  }

  @Test
  void aHeaderOfManyMegabytesIsNotHeldInMemory() throws Exception {
    byte[] longName = new byte[3 << 20];
    Arrays.fill(longName, (byte) 'n');
    byte[] paxRecord = (longName.length + " comment=").getBytes(StandardCharsets.UTF_8);
    System.arraycopy(paxRecord, 0, longName, 0, paxRecord.length);
    longName[longName.length - 1] = '\n';
    for (byte type : new byte[] {TarConstants.LF_GNUTYPE_LONGNAME, 'x', 'g'}) {
      TarArchiveEntry entry = new TarArchiveEntry("././@LongLink", type);
      entry.setSize(longName.length);
      byte[] header = new byte[512];
      entry.writeEntryHeader(header);
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      plain.write(header);
      plain.write(longName);
      plain.write(new Archive().add("a", "").plain());
      byte[] database = Archive.pack(Compression.GZIP, plain.toByteArray());
      refused(database, "has a tar header larger than");
    }
  }

  @Test
  void manyMembersAreRefused() throws Exception {
    byte[] one = Arrays.copyOf(new Archive().addDirectory("a-1-1").plain(), 512);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      for (int i = 0; i < 300_001; i++) {
        out.write(one);
      }
      out.write(new byte[1024]);
    }
    refused(packed.toByteArray(), "more than 300000 members");
  }

  @Test
  void emptyGzipMembersWithoutEndAreRefused() throws Exception {
    byte[] empty = Archive.pack(Compression.GZIP, new byte[0]);
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    for (int i = 0; i < 200_000; i++) {
      many.write(empty);
    }
    refused(many.toByteArray());
  }

  @Test
  void aStreamThatCannotBeReadIsNotTheDatabasesFault() throws Exception {
    byte[] half = Arrays.copyOf(sample("lab.db"), 400);
    for (byte[] before : new byte[][] {half, new byte[0]}) {
      InputStream broken =
          new InputStream() {
            @Override
            public int read() throws IOException {
              throw new IOException("the disk is on fire");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
              return read();
            }
          };
      InputStream stream = new SequenceInputStream(new ByteArrayInputStream(before), broken);
      assertThatThrownBy(
              () -> new PacmanFormat().read(new RelPath(INDEX), stream, (path, expected) -> {}))
          .isNotInstanceOf(InvalidIndex.class)
          .isInstanceOf(IOException.class)
          .hasMessage("the disk is on fire");
    }
  }

  @Test
  void whatTheReceiverThrowsIsNotTakenForAFault() throws Exception {
    byte[] database = sample("lab.db");
    assertThatThrownBy(() ->
            new PacmanFormat()
                .read(
                    new RelPath(INDEX),
                    new ByteArrayInputStream(database),
                    (path, expected) -> {
                      throw new IllegalStateException("mine");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("mine");
  }

  @Test
  void fifteenThousandPackagesAreReadInSeconds() throws Exception {
    Archive archive = new Archive();
    for (int i = 0; i < 15_000; i++) {
      String name = "package-" + i;
      archive.addDirectory(name + "-1.0-1");
      archive.add(
          name + "-1.0-1/desc",
          section("FILENAME", name + "-1.0-1-x86_64.pkg.tar.zst")
              + section("NAME", name)
              + section("VERSION", "1.0-1")
              + section("CSIZE", Integer.toString(i))
              + section("SHA256SUM", Checksum.sha256(name.getBytes(StandardCharsets.UTF_8)).hex())
              + section("DEPENDS", "glibc\n".repeat(20).strip()));
    }
    byte[] database = archive.packed(Compression.GZIP);
    assertTimeout(
        Duration.ofSeconds(10), () -> assertThat(promises(INDEX, database)).hasSize(15_000));
  }
}
