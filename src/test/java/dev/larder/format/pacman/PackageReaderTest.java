package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.larder.format.Compression;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PackageReaderTest {
  private static final String SAMPLE = "hello-split-1:1.2.3-2-x86_64.pkg.tar.zst";

  @TempDir private Path directory;

  private final PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.CURRENT);

  private PackageRecord read(byte[] bytes) throws Exception {
    return format.read(Files.write(directory.resolve("upload"), bytes));
  }

  private PackageRecord read(PackageMaker maker) throws Exception {
    return read(maker.bytes());
  }

  private void refused(PackageMaker maker, String... words) throws Exception {
    refused(maker.bytes(), words);
  }

  private void refused(byte[] bytes, String... words) {
    var refusal = assertThatThrownBy(() -> read(bytes)).isExactlyInstanceOf(InvalidPackage.class);
    for (String word : words) {
      refusal.hasMessageContaining(word);
    }
  }

  @Test
  void aPackageByMakepkgIsReadWhole() throws Exception {
    byte[] bytes = Samples.bytes(SAMPLE);
    PackageRecord read = read(bytes);
    assertThat(read.size()).isEqualTo(bytes.length);
    assertThat(read.sha256()).isEqualTo(Checksum.sha256(bytes));
    assertThat(read.info())
        .isEqualTo(
            new PackageInfo(
                "hello-split",
                "1:1.2.3-2",
                "hello-split",
                "x86_64",
                "Lab package",
                "https://example.invalid/",
                List.of("MIT"),
                "Unknown Packager",
                6,
                Instant.ofEpochSecond(1795194565),
                Map.of(
                    Relation.DEPENDS, List.of("glibc>=2.0"),
                    Relation.OPTIONAL, List.of("bash: to run it"),
                    Relation.PROVIDES, List.of("hello=1.2.3"),
                    Relation.CONFLICTS, List.of("hello"),
                    Relation.REPLACES, List.of("hello-old<1.0"),
                    Relation.GROUPS, List.of("labgroup")),
                false));
    assertThat(format.info(read.bytes())).isEqualTo(read.info());
    assertThat(format.files(read.bytes()))
        .containsExactly(
            "etc/",
            "etc/hello.conf",
            "usr/",
            "usr/share/",
            "usr/share/hello/",
            "usr/share/hello/hello.txt");
  }

  @ParameterizedTest
  @EnumSource(names = {"GZIP", "ZSTD", "XZ", "BZIP2", "LZ4", "NONE"})
  void everyPackingIsReadAndRefusedWhenCut(Compression compression) throws Exception {
    byte[] tar = PackageMaker.of("a", "1-1").directory("usr").file("usr/x", "x").tar();
    byte[] packed = Archive.pack(compression, tar);
    PackageRecord read = read(packed);
    assertThat(format.files(read.bytes())).containsExactly("usr/", "usr/x");
    assertThat(format.pathOf(read, "what/ever.pkg.tar.xz"))
        .isEqualTo("a-1-1-any.pkg.tar" + compression.suffix());
    // A bare archive is whole once something of its end is there.
    int needed = compression == Compression.NONE ? 5 * 512 + 1 : packed.length;
    for (int length = 0; length < needed; length += 41) {
      refused(Arrays.copyOf(packed, length));
    }
  }

  @Test
  void theLastLineNeedsNoLineFeedAndBlanksDoNotCount() throws Exception {
    PackageRecord read =
        read(
            PackageMaker.empty()
                .file(
                    ".PKGINFO",
                    """
                    # made by hand

                    pkgname=a\r
                      pkgver =1-1
                    xdata = pkgtype=pkg
                    future = x
                    pkgdesc =  two \t words\040
                    url =
                    license = MIT
                    license = Apache-2.0
                    backup = etc/x
                    arch = any\
                    """));
    assertThat(read.info().name()).isEqualTo("a");
    assertThat(read.info().description()).isEqualTo("two words");
    assertThat(read.info().licenses()).containsExactly("MIT", "Apache-2.0");
    assertThat(read.info().url()).isEmpty();
    assertThat(read.info().base()).isEqualTo("a");
    assertThat(read.info().installedSize()).isEqualTo(-1);
    assertThat(read.info().builtAt()).isNull();
  }

  @Test
  void filesAreSortedByTheirBytesAndScriptsAreNoticed() throws Exception {
    PackageRecord read =
        read(
            PackageMaker.of("a", "1-1")
                .file(".INSTALL", "post_install() { :; }")
                .file(".CHANGELOG", "x")
                .directory("usr")
                .file("usr/\ud83d\ude00", "")
                .file("usr/\uff21", "")
                .file("usr/b", "")
                .directory("usr")
                .file("usr/B", "")
                .file("usr/ü", "")
                .hardLink("usr/c", "usr/b")
                .symbolicLink("usr/d", "/etc/passwd"));
    assertThat(read.info().hasScripts()).isTrue();
    assertThat(format.info(read.bytes()).hasScripts()).isTrue();
    assertThat(format.files(read.bytes()))
        .containsExactly(
            "usr/", "usr/B", "usr/b", "usr/c", "usr/d", "usr/ü", "usr/\uff21", "usr/\ud83d\ude00");
  }

  @Test
  void anAnyPackageBelongsEverywhereAndOthersWhereTheirMachinesAre() throws Exception {
    List<String> directories = List.of("x86_64", "aarch64");
    assertThat(format.directoriesOf(read(PackageMaker.of("a", "1-1")).info(), directories))
        .isEqualTo(directories);
    PackageInfo arm = read(PackageMaker.forMachine("aarch64", "a", "1-1")).info();
    assertThat(format.directoriesOf(arm, directories)).containsExactly("aarch64");
    assertThat(format.directoriesOf(arm, List.of("x86_64"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-a 1-1 any pkgname", ".a 1-1 any pkgname", "a/b 1-1 any pkgname", "ä 1-1 any pkgname",
        "a 1 any pkgver", "a 1-1-1 any pkgver", "a x:1-1 any pkgver", "a 1/2-1 any pkgver",
        "a 1-a any pkgver", "a 1?-1 any pkgver", "a 1-1 x86/64 arch", "a 1-1 ../x arch"
      })
  void namesThatPacmanRefusesAreRefused(String fields) throws Exception {
    String[] of = fields.split(" ", -1);
    refused(PackageMaker.forMachine(of[2], of[0], of[1]), ".PKGINFO: " + of[3] + " is not");
  }

  @Test
  void aPkgInfoThatIsNoneIsRefused() throws Exception {
    refused(PackageMaker.empty().file("usr/x", "x"), "has no .PKGINFO", "makepkg");
    refused(PackageMaker.empty().file(".PKGINFO", "pkgver = 1-1\narch = any"), "has no pkgname");
    refused(PackageMaker.of("a", "1-1", "nonsense"), "line 4", "'key = value'", "nonsense");
    refused(PackageMaker.of("a", "1-1", "pkgname = b"), "states pkgname twice");
    refused(PackageMaker.of("a", "1-1", "size = much"), "size is not a number");
    refused(PackageMaker.of("a", "1-1", "builddate = now"), "builddate is not a time");
    refused(PackageMaker.of("a", "1-1", "pkgdesc = \u001b[2J"), "control character");
    refused(PackageMaker.of("a", "1-1").file(".PKGINFO", "pkgname = a"), ".PKGINFO: ", "twice");
    refused(
        PackageMaker.empty()
            .file(".PKGINFO", "pkgdesc = \u00e4".getBytes(StandardCharsets.ISO_8859_1)),
        "not text in UTF-8");
    refused(PackageMaker.empty().symbolicLink(".PKGINFO", "x"), ".PKGINFO: is not a file");
    refused(PackageMaker.of("a".repeat(260), "1-1"), "too long together");
    refused(
        PackageMaker.empty().file("usr/x", "").file(".PKGINFO", "pkgname = a"),
        "lies behind files to install");
    refused(
        PackageMaker.of("a", "1-1", "pkgdesc = " + "x".repeat(PkgInfo.MAX_SIZE)), "is larger than");
  }

  @Test
  void membersThatLeadElsewhereAreRefused() throws Exception {
    refused(PackageMaker.of("a", "1-1").file("usr/../etc/x", ""), "leads elsewhere");
    refused(PackageMaker.of("a", "1-1").file("..", ""), "..");
    refused(PackageMaker.of("a", "1-1").file("../x", ""), "begins with a dot");
    refused(PackageMaker.of("a", "1-1").file("./usr/x", ""), "begins with a dot", "./");
    refused(PackageMaker.of("a", "1-1").file("usr//x", ""), "empty part");
    refused(PackageMaker.of("a", "1-1").file("/etc/x", ""), "absolute");
    refused(PackageMaker.of("a", "1-1").file("usr/a\nb", ""), "control characters");
    refused(PackageMaker.of("a", "1-1").file("usr/" + "x".repeat(300), ""), "no file system");
    refused(PackageMaker.of("a", "1-1").file("usr/x", "").file("usr/x", ""), "twice");
    refused(PackageMaker.of("a", "1-1").hardLink("usr/x", "../etc/shadow"), "hard link");
    refused(
        PackageMaker.of("a", "1-1").symbolicLink("usr/x", "/etc").file("usr/x/passwd", ""),
        "lies below usr/x");
    for (byte type :
        new byte[] {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, (byte) 'Q'}) {
      refused(PackageMaker.of("a", "1-1").member("dev/x", type, ""), "device");
    }
  }

  @Test
  void whatIsNoArchiveIsRefused() {
    refused(new byte[0], "is empty");
    refused("<html>".getBytes(StandardCharsets.UTF_8), "is not an archive but a page");
    refused(new byte[100_000], "has no .PKGINFO");
  }

  @Test
  void aFileThatUnpacksToFarMoreThanItsSizeIsRefused() {
    assertThat(TarMembers.maxUnpacked(0)).isEqualTo(512L << 20);
    assertThat(TarMembers.maxUnpacked(4L << 20)).isEqualTo((512L + 1000) << 20);
    assertThat(TarMembers.maxUnpacked(1L << 40)).isEqualTo(64L << 30);
    assertThat(TarMembers.maxUnpacked(Long.MAX_VALUE)).isEqualTo(64L << 30);
  }

  @Test
  void buildInfoHasToBeAboutThePackage() throws Exception {
    read(
        PackageMaker.of("a", "1-1").file(".BUILDINFO", "pkgname = a\npkgver = 1-1\ninstalled = x"));
    refused(
        PackageMaker.of("a", "1-1").file(".BUILDINFO", "pkgname = b"),
        ".BUILDINFO: pkgname is b, but .PKGINFO says a");
    refused(PackageMaker.of("a", "1-1").file(".BUILDINFO", "pkgver = 2-1"), "pkgver is 2-1");
    refused(PackageMaker.of("a", "1-1").file(".BUILDINFO", "what"), ".BUILDINFO: line 1");
  }

  @Test
  void mtreeHasToBeAboutThePackage() throws Exception {
    String head = "#mtree\n/set type=file uid=0\n";
    PackageMaker right = mtree(head + "./usr type=dir\n./usr/a\\040b\\134\\303\\244 size=1\n");
    read(right.directory("usr").file("usr/a b\\ä", "x"));
    refused(mtree(head + "./usr/x size=2").file("usr/x", "x"), "states 2 bytes", "has 1");
    refused(mtree(head + "./usr/y size=2").file("usr/x", "x"), "names usr/y");
    refused(mtree(head + "usr/x size=2").file("usr/x", "x"), "names no member");
    refused(mtree(head + "./usr/x size=-2").file("usr/x", "x"), "size is not a number");
    refused(mtree(head + "./.PKGINFO sha256digest=00"), "another .PKGINFO");
    refused(mtree(head + "./.INSTALL size=1"), "another .INSTALL");
    refused(mtree(head + "./usr/\\9"), "escape");
    refused(PackageMaker.of("a", "1-1").file(".MTREE", "plain"), ".MTREE: is not a whole gzip");
    refused(mtree(head + "./usr" + " x=1".repeat(64)), "more than 64 words");
    refused(
        PackageMaker.of("a", "1-1").file(".MTREE", new byte[(8 << 20) + 1]),
        ".MTREE: is larger than");
  }

  private static PackageMaker mtree(String text) throws Exception {
    return PackageMaker.of("a", "1-1").file(".MTREE", PackageMaker.gzip(text));
  }

  @Test
  void aRecordIsSmall() throws Exception {
    PackageMaker maker = PackageMaker.of("a", "1-1");
    for (int i = 0; i < 1000; i++) {
      maker.file("usr/share/a/some/directory/file-number-" + i + ".html", "");
    }
    PackageRecord read = read(maker);
    assertThat(read.bytes().length).isLessThan(4000);
    assertThat(format.files(read.bytes())).hasSize(1000).isSorted();
    assertThatThrownBy(() -> format.info(new byte[] {'p', 9}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> format.files(Arrays.copyOf(read.bytes(), read.bytes().length / 2)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- what a hostile package could spend -----------------------------------------------------

  // Written by our own hand, since the library takes minutes for such names.
  private static byte[] withPaths(int count, int segments, int length) throws IOException {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    TarHeader header = new TarHeader(0);
    header.file(
        tar,
        ".PKGINFO",
        "pkgname = a\npkgver = 1-1\narch = any\n".getBytes(StandardCharsets.UTF_8));
    String above = ("x".repeat(length) + "/").repeat(segments);
    for (int i = 0; i < count; i++) {
      header.file(tar, above + i, new byte[0]);
    }
    tar.write(new byte[2 * TarHeader.BLOCK]);
    return tar.toByteArray();
  }

  @Test
  void thePathsOfAPackageHaveALimitTogether() throws Exception {
    refused(withPaths(4300, 20, 199), "one path too many", "split the package");
  }

  @Test
  void deepPathsCostNoMoreThanOthers() throws Exception {
    byte[] bytes = withPaths(4000, 2000, 1);
    assertTimeoutPreemptively(Duration.ofSeconds(20), () -> read(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"usr/x-y", "usr/x.y", "usr/x", "usr/x!", "usr/xy/z"})
  void whatLiesBelowAFileIsFoundWhateverIsBetween(String between) throws Exception {
    PackageMaker maker = PackageMaker.of("a", "1-1").directory("usr").file("usr/x/y/z", "");
    refused(
        between.equals("usr/x")
            ? maker.file("usr/x", "")
            : maker.file("usr/x", "").file(between, ""),
        "usr/x/y/z: lies below usr/x,");
    read(PackageMaker.of("a", "1-1").directory("usr/x").file("usr/x/y/z", "").file("usr/x-", ""));
  }

  @Test
  void aBuildInfoHasALimitOfLines() throws Exception {
    refused(
        PackageMaker.of("a", "1-1").file(".BUILDINFO", "a=\n".repeat(100_001)),
        ".BUILDINFO: has more than 100000 lines");
  }

  @Test
  void theNameOfAFileHasRoomForItsSignatureAndTheWayThere() throws Exception {
    String name = "a".repeat(234 - "-1-1-any".length());
    assertThat(format.pathOf(read(PackageMaker.of(name, "1-1")), "x")).hasSize(234 + 12);
    refused(PackageMaker.of(name + "a", "1-1"), "too long together: 235", "room for 234");
  }

  @Test
  void attributesThatAddUpFromMemberToMemberHaveALimit() throws Exception {
    Archive archive = new Archive().add(".PKGINFO", "pkgname = a\npkgver = 1-1\narch = any");
    for (int i = 0; i < 300; i++) {
      archive.addGlobal("LARDER.attribute" + i, "x").add("usr" + i, "");
    }
    refused(archive.plain(), "more attributes in its pax headers");
  }
}
