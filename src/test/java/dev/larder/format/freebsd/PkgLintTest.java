package dev.larder.format.freebsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.PackageInfo;
import dev.larder.format.RepositoryFormat.Lint;
import dev.larder.format.RepositoryFormat.Severity;
import dev.larder.format.freebsd.PkgRepositoryFormat.Style;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

final class PkgLintTest {
  private static final PkgRepositoryFormat FORMAT = new PkgRepositoryFormat(Style.PUBKEY);

  @TempDir Path work;
  private final List<PackageInfo> packages = new ArrayList<>();

  private void add(String name, Consumer<ObjectNode> more) throws IOException {
    ObjectNode manifest = PackageMaker.manifest(name, "1.0");
    more.accept(manifest);
    packages.add(FORMAT.read(PackageMaker.file(work, manifest)).info());
  }

  private List<String> found() {
    List<Lint> findings = FORMAT.lint("FreeBSD:14:amd64", packages);
    assertThat(findings)
        .allSatisfy(lint -> {
          assertThat(lint.message()).startsWith(lint.packageName() + " ").endsWith(".");
          assertThat(lint.message()).doesNotContain("..");
        });
    return findings.stream()
        .map(lint -> lint.packageName() + " " + lint.rule() + " " + lint.severity())
        .toList();
  }

  @Test
  void nothingIsSaidOfAGoodRepository() throws Exception {
    add(
        "lib",
        manifest -> {
          manifest.putArray("shlibs_provided").add("libx.so.1");
          manifest.putArray("provides").add("virtual");
          manifest.put("abi", "FreeBSD:14:*");
        });
    add(
        "tool",
        manifest -> {
          manifest.putObject("deps").putObject("lib").put("origin", "misc/lib");
          manifest.putArray("requires").add("virtual");
          manifest.putArray("shlibs_required").add("libx.so.1");
        });
    assertThat(found()).isEmpty();
  }

  @Test
  void whatLacksIsNamed() throws Exception {
    add(
        "tool",
        manifest -> {
          manifest.putObject("deps").putObject("lib").put("origin", "misc/lib");
          for (int i = 0; i < 7; i++) {
            manifest.withArray("/shlibs_required").add("lib" + i + ".so");
          }
        });
    assertThat(found())
        .containsExactly("tool missing-dependency WARNING", "tool missing-library NOTE");
    assertThat(FORMAT.lint("FreeBSD:14:amd64", packages))
        .extracting(Lint::message)
        .anyMatch(message -> message.contains("lib4.so and 2 more"));
  }

  @Test
  void whatClientsWouldRefuseIsAnError() throws Exception {
    add("arm", manifest -> manifest.put("abi", "FreeBSD:14:aarch64"));
    add(
        "new",
        manifest ->
            manifest
                .put("abi", "FreeBSD:*")
                .withObject("/annotations")
                .put("FreeBSD_version", "1500012"));
    add("scripts", manifest -> manifest.putObject("scripts").put("install", "true"));
    add("gtk+", _ -> {});
    assertThat(found())
        .containsExactly(
            "arm wrong-abi ERROR",
            "new newer-system ERROR",
            "scripts scripts NOTE",
            "gtk+ plus-in-name NOTE");
  }

  @Test
  void whatWasBuiltOnANewerMinorThanTheRestIsAWarning() throws Exception {
    for (String version : List.of("1401000", "1401001", "1402000", "1400097")) {
      add(
          "on" + version,
          manifest -> manifest.withObject("/annotations").put("FreeBSD_version", version));
    }
    assertThat(found()).containsExactly("on1402000 newer-minor WARNING");
    assertThat(FORMAT.lint("FreeBSD:14:amd64", packages))
        .extracting(Lint::message)
        .allMatch(message -> message.contains("on FreeBSD 14.2, most packages here on 14.1"));
    // Of the same number on each, the older one counts.
    packages.removeFirst();
    assertThat(found())
        .containsExactly("on1401001 newer-minor WARNING", "on1402000 newer-minor WARNING");
  }

  @Test
  void namesThatPkgTakesForOneAreFound() throws Exception {
    add("Tool", _ -> {});
    add("tool", _ -> {});
    packages.add(packages.getLast());
    assertThat(found())
        .containsExactly("tool name-differs-in-case WARNING", "tool name-differs-in-case WARNING");
    packages.removeFirst();
    assertThat(found()).containsExactly("tool duplicate-name " + Severity.ERROR);
  }
}
