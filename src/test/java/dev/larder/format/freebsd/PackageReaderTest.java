package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.PackageRecord;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import dev.larder.store.Checksum;
import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

final class PackageReaderTest {
  private static final PkgRepositoryFormat FORMAT = new PkgRepositoryFormat(Style.FINGERPRINTS);
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path work;

  static Stream<String> repositories() {
    return Stream.concat(
        Samples.REPOSITORIES.stream(), Stream.of("manifests/config", "manifests/json"));
  }

  static List<Path> packages(String repository) throws IOException {
    try (Stream<Path> all = Files.walk(Samples.path(repository + "/All"))) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static JsonNode record(PackageRecord read, String path) {
    byte[] json = HostedPackage.decode(read.bytes()).catalogued(path, read.sha256(), read.size());
    assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\n");
    return JSON.readTree(json);
  }

  private PackageRecord read(byte[] bytes) throws IOException {
    return FORMAT.read(Files.write(work.resolve("upload"), bytes));
  }

  private PackageRecord read(ObjectNode manifest) throws IOException {
    return FORMAT.read(PackageMaker.file(work, manifest));
  }

  // ---- what pkg made --------------------------------------------------------------------------

  /// `pkg repo` has read the same packages: but for the form of the sum, each record is the same to
  /// the order of its keys.
  @ParameterizedTest
  @MethodSource("repositories")
  void theRecordsAreThoseOfPkgRepo(String repository) throws Exception {
    Map<String, JsonNode> records = new HashMap<>();
    new String(Samples.payload(repository + "/packagesite.pkg"), StandardCharsets.UTF_8)
        .lines()
        .map(JSON::readTree)
        .forEach(record -> records.put(record.get("name").asString(), record));
    List<Path> files = packages(repository);
    assertThat(files).hasSameSizeAs(records.values()).isNotEmpty();
    for (Path file : files) {
      PackageRecord read = FORMAT.read(file);
      ObjectNode theirs = (ObjectNode) Objects.requireNonNull(records.get(read.info().name()));
      ObjectNode ours = (ObjectNode) record(read, theirs.get("path").asString());
      assertThat(ours.get("sum").asString())
          .isEqualTo(Checksum.sha256(Files.readAllBytes(file)).hex());
      theirs.put("sum", ours.get("sum").asString());
      assertThat(ours.toString()).isEqualTo(theirs.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"manifests/config", "manifests/json"})
  void everythingAPackageSaysIsUnderstoodInBothForms(String repository) throws Exception {
    PackageRecord read = FORMAT.read(packages(repository).getFirst());
    assertThat(read.info().name()).isEqualTo("xtest");
    assertThat(read.info().version()).isEqualTo("1.2_3,1");
    assertThat(read.info().base()).isEqualTo("misc/xtest");
    assertThat(read.info().architecture()).isEqualTo("FreeBSD:14:amd64");
    assertThat(read.info().description()).contains("tést \"comment\" with 100% and $dollar ${VAR}");
    assertThat(read.info().licenses()).containsExactly("BSD2CLAUSE", "MIT");
    assertThat(read.info().installedSize()).isEqualTo(12);
    assertThat(read.info().builtAt()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
    assertThat(read.info().hasScripts()).isTrue();
    assertThat(read.info().relation(Relation.DEPENDS))
        .containsExactly("Py-Dep", "lib+dep", "virt-y", "FreeBSD>=1400097");
    assertThat(read.info().relation(Relation.PROVIDES)).containsExactly("virt-x");
    assertThat(read.info().relation(Relation.GROUPS)).containsExactly("devel", "misc");
    assertThat(FORMAT.files(read.bytes()))
        .containsExactly(
            "usr/local/emptydir/",
            "usr/local/etc/x.conf",
            "usr/local/share/x/a",
            "usr/local/share/x/b c%é",
            "usr/local/share/x/l");
  }

  @ParameterizedTest
  @MethodSource("repositories")
  void whatIsKeptOfAPackageSaysTheSame(String repository) throws Exception {
    for (Path file : packages(repository)) {
      PackageRecord read = FORMAT.read(file);
      assertThat(FORMAT.info(read.bytes())).isEqualTo(read.info());
      assertThat(read.size()).isEqualTo(Files.size(file));
      assertThat(read.sha256()).isEqualTo(Checksum.sha256(Files.readAllBytes(file)));
      assertThat(FORMAT.read(file).bytes()).isEqualTo(read.bytes());
      assertThat(FORMAT.pathOf(read, "anything.txz"))
          .isEqualTo(
              "All/Hashed/%s-%s~%s.pkg",
              read.info().name(), read.info().version(), read.sha256().hex().substring(0, 10));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NONE", "GZIP", "ZSTD", "XZ", "BZIP2"})
  void anyPackingIsRead(Compression compression) throws Exception {
    String text = PackageMaker.manifest("tool", "1.0").toString();
    assertThat(read(PackageMaker.packed(compression, text, text)).info().name()).isEqualTo("tool");
  }

  // ---- what others make -----------------------------------------------------------------------

  @Test
  void aPackageWithOneManifestOrWithUclInBracesIsRead() throws Exception {
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0");
    manifest.putObject("files").put("/usr/local/bin/%c3%a9", "-").put("/b", "-");
    manifest.putObject("directories").put("/usr/local/d", "y");
    manifest.putObject("scripts").put("install", "echo ${x}");
    PackageRecord json = read(PackageMaker.packed(Compression.GZIP, "", manifest.toString()));
    assertThat(FORMAT.files(json.bytes())).containsExactly("b", "usr/local/bin/é", "usr/local/d/");
    String relaxed =
        manifest.toString().replace("\"name\":\"tool\",", "name = tool; # a comment\n");
    PackageRecord ucl = read(PackageMaker.packed(Compression.GZIP, "", relaxed));
    assertThat(ucl.bytes()).isEqualTo(json.bytes());
    assertThat(ucl.info().hasScripts()).isTrue();
  }

  @Test
  void whatPkgDoesNotKnowIsDroppedAndWhatItWritesDifferentlyIsWrittenItsWay() throws Exception {
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0");
    manifest.put("sum", "x").put("path", "/etc").put("pkgsize", 1).put("unknown", true);
    manifest.put("licenselogic", "dual").put("vital", "yes").put("desc", " é%25 \n");
    manifest.put("message", "hello\n");
    manifest.putArray("shlibs").add("libz.so.6");
    manifest.withObject("/annotations").put("repository", "x").put("relocated", "y");
    manifest.putObject("options").put("DOCS", true).put("NLS", "off");
    ObjectNode record = (ObjectNode) record(read(manifest), "All/x");
    assertThat(record.has("unknown")).isFalse();
    assertThat(record.get("path").asString()).isEqualTo("All/x");
    assertThat(record.get("licenselogic").asString()).isEqualTo("or");
    assertThat(record.get("vital").asBoolean()).isTrue();
    assertThat(record.get("desc").asString()).isEqualTo("%c3%a9%25");
    assertThat(record.get("shlibs_required").toString()).isEqualTo("[\"libz.so.6\"]");
    assertThat(record.get("messages").toString()).isEqualTo("[{\"message\":\"hello\"}]");
    assertThat(record.get("options").toString()).isEqualTo("{\"DOCS\":\"on\",\"NLS\":\"off\"}");
    assertThat(record.get("annotations").toString()).isEqualTo("{\"FreeBSD_version\":\"1400097\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "FreeBSD:14:amd64, FreeBSD:14:amd64, freebsd:14:x86:64",
    "freebsd:15:AARCH64, FreeBSD:15:aarch64, freebsd:15:aarch64:64",
    "freebsd:13:x86:32, FreeBSD:13:i386, freebsd:13:x86:32",
    "FreeBSD:14:*, FreeBSD:14:*, freebsd:14:*",
    "FreeBSD:*, FreeBSD:*, freebsd:*",
    "FreeBSD:15:riscv64, FreeBSD:15:riscv64, freebsd:15:riscv:64:hf",
  })
  void abisAreWrittenAsPkgWritesThem(String given, String abi, String arch) throws Exception {
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0").put("abi", given);
    manifest.remove("annotations");
    PackageRecord read = read(manifest);
    assertThat(read.info().architecture()).isEqualTo(abi);
    assertThat(record(read, "All/x").get("arch").asString()).isEqualTo(arch);
    manifest.remove("abi");
    manifest.put("arch", arch);
    assertThat(read(manifest).info().architecture()).isEqualTo(abi);
  }

  // ---- what may not be hosted -----------------------------------------------------------------

  private void refused(Consumer<ObjectNode> change, String... said) {
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0");
    change.accept(manifest);
    String text = manifest.toString();
    assertThatThrownBy(() -> read(PackageMaker.packed(Compression.GZIP, text, text)))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageStartingWith("package: ")
        .hasMessageContainingAll(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"name", "origin", "version", "comment", "maintainer", "www", "prefix", "desc"})
  void whatEveryClientWantsHasToBeThere(String key) {
    refused(manifest -> manifest.remove(key), "+MANIFEST", "has no " + key);
    refused(manifest -> manifest.putArray(key), key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../x", "a/b", "a b", ".x", "-x", "é", "a\nb", "$x", "x\u0000"})
  void namesThatAreNoneAreRefused(String name) {
    refused(manifest -> manifest.put("name", name), "name");
    refused(manifest -> manifest.put("version", name), "version");
    refused(manifest -> manifest.putObject("deps").putObject(name).put("origin", "a/b"), "deps");
  }

  @Test
  void aVersionHasNoDashAndANameFitsIntoAFileSystem() {
    refused(manifest -> manifest.put("version", "1-0"), "version");
    refused(manifest -> manifest.put("name", "x".repeat(240)), "230");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "FreeBSD",
        "FreeBSD:15",
        "FreeBSD:15:",
        "Linux:6:x86_64",
        "FreeBSD:x:amd64",
        "FreeBSD:14:amd64:extra:x",
        "dragonfly:5.10:x86:64",
        "FreeBSD:14:../x"
      })
  void abisThatAreNoneAreRefused(String abi) {
    refused(manifest -> manifest.put("abi", abi), "abi");
  }

  @Test
  void whatWouldCostClientsTheWholeCatalogueIsRefused() {
    refused(manifest -> manifest.put("arch", "freebsd:15:x86:64"), "but arch is");
    refused(manifest -> manifest.put("flatsize", "-1"), "flatsize");
    refused(manifest -> manifest.put("licenselogic", "xor"), "licenselogic");
    refused(manifest -> manifest.put("deps", "x"), "deps is not an object");
    refused(manifest -> manifest.put("categories", "x"), "categories is not an array");
    refused(manifest -> manifest.putArray("users").addObject(), "users has an element");
    refused(manifest -> manifest.putArray("messages").add("x"), "messages");
    refused(
        manifest -> manifest.withObject("/annotations").put("FreeBSD_version", "x"),
        "FreeBSD_version");
  }

  @Test
  void manifestsOfTwoPackagesInOneFileAreRefused() {
    String one = PackageMaker.manifest("one", "1").toString();
    String two = PackageMaker.manifest("two", "1").toString();
    assertThatThrownBy(() -> read(PackageMaker.packed(Compression.GZIP, one, two)))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageContaining("different packages");
  }

  @Test
  void whatIsNoPackageIsRefusedWithAReason() throws Exception {
    String text = PackageMaker.manifest("tool", "1.0").toString();
    assertRefused(new byte[0], "is empty");
    assertRefused(Samples.utf8("<html>not found"), "a page");
    assertRefused(PackageMaker.packed(Compression.GZIP, text, ""), "+MANIFEST at its beginning");
    assertRefused(PackageMaker.packed(Compression.GZIP, "", ""), "not a package of FreeBSD");
    assertRefused(PackageMaker.packed(Compression.GZIP, "{", text), "not well-formed");
    assertRefused(
        PackageMaker.packed(Compression.GZIP, text + "x", text),
        "+COMPACT_MANIFEST",
        "well-formed");
    assertRefused(
        new CatalogueMaker()
            .add("+MANIFEST", Samples.utf8(""))
            .add("x", new byte[0])
            .packed(Compression.GZIP),
        "has no");
    assertThatThrownBy(() -> FORMAT.read(work.resolve("nothing")))
        .isInstanceOf(NoSuchFileException.class);
  }

  private void assertRefused(byte[] bytes, String... said) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageStartingWith("package: ")
        .hasMessageContainingAll(said);
  }

  @Test
  void aFileListMayNotLeaveTheRootNorBeWithoutEnd() throws Exception {
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0");
    manifest.putObject("files").put("/usr/../../etc/passwd", "-");
    refused(m -> m.set("files", manifest.get("files")), "no package can have");
    StringBuilder files = new StringBuilder("{\"files\":{\"a\":\"\"");
    for (int i = 0; i < 300_001; i++) {
      files.append(",\"").append(i).append("\":\"\"");
    }
    assertRefused(PackageMaker.packed(Compression.GZIP, "", files + "}}"), "than can be listed");
  }

  @Test
  void aSmallFileThatUnpacksToALotIsRefusedBeforeThat() throws Exception {
    byte[] blanks = Samples.utf8(" ".repeat((4 << 20) + 1));
    assertRefused(
        new CatalogueMaker().add("+COMPACT_MANIFEST", blanks).packed(Compression.GZIP), "larger");
    CatalogueMaker many = new CatalogueMaker();
    for (int i = 0; i < 20; i++) {
      many.add("+" + i, new byte[0]);
    }
    assertRefused(many.packed(Compression.GZIP), "too many");
    String deep = "{\"a\":" + "[".repeat(100_000);
    assertRefused(PackageMaker.packed(Compression.GZIP, "", deep), "+MANIFEST");
  }

  @Test
  void packagesAreNeverBumpedAndSayWhy() {
    assertThatThrownBy(() -> FORMAT.bump(work, List.of(), work))
        .isInstanceOf(InvalidPackage.class)
        .hasMessageContaining("can be added");
    assertThat(FORMAT.isCachedByName()).isFalse();
    assertThat(FORMAT.hasPackageSignatures()).isFalse();
  }

  @Test
  void packagesGoWhereTheyCanBeInstalled() throws Exception {
    List<String> directories =
        List.of("FreeBSD:14:amd64", "FreeBSD:14:aarch64", "FreeBSD:15:amd64", "x86_64", "../x");
    ObjectNode manifest = PackageMaker.manifest("tool", "1.0");
    assertThat(FORMAT.directoriesOf(read(manifest).info(), directories))
        .containsExactly("FreeBSD:14:amd64");
    manifest.put("abi", "FreeBSD:14:*");
    assertThat(FORMAT.directoriesOf(read(manifest).info(), directories))
        .containsExactly("FreeBSD:14:amd64", "FreeBSD:14:aarch64");
    manifest.put("abi", "FreeBSD:*");
    assertThat(FORMAT.directoriesOf(read(manifest).info(), directories)).hasSize(3);
    manifest.put("abi", "FreeBSD:16:amd64");
    assertThat(FORMAT.directoriesOf(read(manifest).info(), directories)).isEmpty();
  }

  @Test
  void aDamagedRecordIsNoRecord() throws Exception {
    byte[] bytes = read(PackageMaker.manifest("tool", "1.0")).bytes();
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> FORMAT.files(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    bytes[0] = 9;
    assertThatThrownBy(() -> FORMAT.info(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("form 9");
  }

  // ---- whole, and within limits ---------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(names = {"NONE", "GZIP", "ZSTD", "XZ", "BZIP2"})
  void aPackageThatWasCutBehindItsManifestsIsRefused(Compression compression) throws Exception {
    String text = PackageMaker.manifest("tool", "1.0").toString();
    byte[] random = new byte[9000];
    new Random(1).nextBytes(random);
    byte[] bytes =
        new CatalogueMaker()
            .add("+COMPACT_MANIFEST", Samples.utf8(text))
            .add("+MANIFEST", Samples.utf8(text))
            .add("usr/local/x", random)
            .packed(compression);
    assertThat(read(bytes).info().name()).isEqualTo("tool");
    // Of a bare archive, what fills its last block may lack.
    int whole = compression == Compression.NONE ? bytes.length - 8000 : bytes.length;
    for (int length = whole - 1; length > 2000; length -= 311) {
      assertRefused(Arrays.copyOf(bytes, length), "package: ");
    }
  }

  @Test
  void holesInWhatIsInstalledAreNoFault() throws Exception {
    Tools.require("tar");
    Files.writeString(work.resolve("+MANIFEST"), PackageMaker.manifest("tool", "1.0").toString());
    try (RandomAccessFile sparse = new RandomAccessFile(work.resolve("hole").toFile(), "rw")) {
      sparse.seek(1 << 20);
      sparse.write(1);
    }
    Path packed = work.resolve("packed");
    Command.of("tar", "--format=pax", "-S", "-C", work.toString())
        .with("-cf", packed.toString(), "+MANIFEST", "hole")
        .runOk();
    assertThat(Files.readString(packed, StandardCharsets.ISO_8859_1)).contains("GNU.sparse");
    assertThat(FORMAT.read(packed).info().name()).isEqualTo("tool");
    Command.of("tar", "--format=pax", "-S", "-C", work.toString(), "--transform=s/hole/+MANIFEST/")
        .with("-cf", packed.toString(), "hole")
        .runOk();
    assertThatThrownBy(() -> FORMAT.read(packed)).hasMessageContaining("is not a file");
  }

  @Test
  void whatNobodyLooksAtIsNotKeptAndWhatIsKeptHasALimit() throws Exception {
    String manifest = PackageMaker.manifest("tool", "1.0").toString();
    String rest = manifest.substring(1);
    String junk = "{\"future\":[" + "[{\"a\":1}],".repeat(300_000) + "1]," + rest;
    assertThat(read(PackageMaker.packed(Compression.GZIP, manifest, junk)).info().name())
        .isEqualTo("tool");
    String user = "\"" + "x".repeat(80) + "\",";
    String users = "{\"users\":[" + user.repeat(130_000) + "\"a\"]," + rest;
    assertRefused(PackageMaker.packed(Compression.GZIP, "", users), "more than can be kept");
    String large = "\"" + "x".repeat(1 << 20) + "\",";
    String provides = "{\"provides\":[" + large.repeat(20) + "\"a\"]," + rest;
    assertRefused(PackageMaker.packed(Compression.GZIP, "", provides), "more than can be kept");
  }

  @Test
  void aSystemNewerThanTheAbiIsRefused() throws Exception {
    refused(
        manifest -> manifest.withObject("/annotations").put("FreeBSD_version", "1500012"),
        "was built on FreeBSD 15.0",
        "build it on FreeBSD 14");
    ObjectNode minor = PackageMaker.manifest("tool", "1.0");
    minor.withObject("/annotations").put("FreeBSD_version", "1499000");
    read(minor);
    ObjectNode any = PackageMaker.manifest("tool", "1.0").put("abi", "FreeBSD:*");
    any.withObject("/annotations").put("FreeBSD_version", "1500012");
    assertThat(
            FORMAT.directoriesOf(
                read(any).info(),
                List.of("FreeBSD:14:amd64", "FreeBSD:15:amd64", "FreeBSD:16:amd64")))
        .containsExactly("FreeBSD:15:amd64", "FreeBSD:16:amd64");
  }
}
