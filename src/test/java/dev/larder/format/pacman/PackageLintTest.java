package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.format.PackageInfo;
import dev.larder.format.PackageInfo.Relation;
import dev.larder.format.RepositoryFormat.Lint;
import dev.larder.format.RepositoryFormat.Severity;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PackageLintTest {
  private final PacmanRepositoryFormat format = new PacmanRepositoryFormat(Compat.CURRENT);

  /// A package; relations as `depends:glibc>=2`.
  private static PackageInfo made(String name, String version, String... relations) {
    Map<Relation, List<String>> of = new EnumMap<>(Relation.class);
    for (String relation : relations) {
      String[] sides = relation.split(":", 2);
      of.merge(
          Relation.valueOf(sides[0]),
          List.of(sides[1]),
          (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }
    return new PackageInfo(
        name, version, name, "x86_64", "", "", List.of(), "", 1, null, of, false);
  }

  private List<String> lint(PackageInfo... packages) {
    return format.lint("x86_64", List.of(packages)).stream()
        .map(lint -> lint.packageName() + " " + lint.rule() + " " + lint.severity())
        .toList();
  }

  @Test
  void nothingIsSaidOfAGoodRepository() {
    assertThat(
            lint(
                made("a", "1-1", "DEPENDS:b>=2", "DEPENDS:virtual", "DEPENDS:libc.so=1-64"),
                made("b", "1:1-1", "PROVIDES:virtual=3"),
                made("c", "1-1", "PROVIDES:libc.so=1-64", "REPLACES:b", "CONFLICTS:b")))
        .isEmpty();
  }

  @Test
  void dependenciesElsewhereAreWorthANoteAndUnfitOnesHereAnError() {
    assertThat(lint(made("a", "1-1", "DEPENDS:glibc>=2.38", "DEPENDS:bash")))
        .containsExactly("a missing-dependency NOTE");
    assertThat(lint(made("a", "1-1", "DEPENDS:b>=2"), made("b", "1-1")))
        .containsExactly("a missing-dependency ERROR");
    Lint lint =
        format
            .lint("x86_64", List.of(made("a", "1-1", "DEPENDS:b>=2"), made("b", "1-1")))
            .getFirst();
    assertThat(lint)
        .isEqualTo(
            new Lint(
                "a",
                "missing-dependency",
                Severity.ERROR,
                "a needs b>=2, but b is 1-1 here; bring a version that fits, or build a again"));
  }

  @Test
  void replacingWhatIsNotHereIsHijacking() {
    assertThat(lint(made("a", "1-1", "REPLACES:systemd<999"))).containsExactly("a hijacks WARNING");
    assertThat(lint(made("a", "1-1", "REPLACES:b"), made("b", "1-1"))).isEmpty();
  }

  @Test
  void packagesForOtherMachinesAndThoseWithScriptsAreNamed() {
    PackageInfo info = made("a", "1-1");
    PackageInfo script =
        new PackageInfo(
            "a", "1-1", "a", "any", "", "", List.of(), "", 1, null, info.relations(), true);
    assertThat(lint(script)).containsExactly("a install-script NOTE");
    assertThat(format.lint("aarch64", List.of(info)))
        .extracting(Lint::rule)
        .containsExactly("wrong-architecture");
  }

  @Test
  void namesThatServersOrClientsTakeForOthersAreNamed() {
    assertThat(lint(made("gtk+", "1-1"))).containsExactly("gtk+ name-breaks-clients NOTE");
    assertThat(lint(made("a", "1+2-1"))).containsExactly("a name-breaks-clients NOTE");
    assertThat(lint(made("ä", "1-1"))).containsExactly("ä name-breaks-clients ERROR");
    assertThat(lint(made("a", "1%20-1"))).containsExactly("a name-breaks-clients ERROR");
  }

  @Test
  void twoThatStandForTheSameHaveToConflict() {
    assertThat(lint(made("a", "1-1"), made("a-git", "1-1", "PROVIDES:a=1")))
        .containsExactly("a-git conflicting-provides WARNING");
    assertThat(lint(made("a", "1-1"), made("a-git", "1-1", "PROVIDES:a=1", "CONFLICTS:a")))
        .isEmpty();
    assertThat(lint(made("a", "1-1", "PROVIDES:cron"), made("b", "1-1", "PROVIDES:cron")))
        .containsExactly("a conflicting-provides NOTE");
    assertThat(
            lint(
                made("a", "1-1", "PROVIDES:cron"),
                made("b", "1-1", "PROVIDES:cron", "CONFLICTS:cron")))
        .isEmpty();
    assertThat(lint(made("a", "1-1", "PROVIDES:a=1"))).isEmpty();
  }

  @Test
  void aNameTwiceIsAnError() {
    assertThat(lint(made("a", "1-1"), made("a", "2-1"))).containsExactly("a duplicate ERROR");
  }
}
