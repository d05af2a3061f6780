package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The architecture as ARCHITECTURE.md draws it. A new package is a new line of the table.
class ArchitectureTest {
  private static final ImportOption OURS = location -> !location.contains("/test-classes/");
  private static final JavaClasses CLASSES =
      new ClassFileImporter().withImportOption(OURS).importPackages("dev.larder");

  /// Who may import whom, below `dev.larder`. The root package (`""`) may import everything.
  private static final Map<String, Set<String>> IMPORTS =
      imports(
          "config ->",
          "cache -> clock store database config",
          "egress -> config",
          "store ->",
          "sign ->",
          "database ->",
          "wire ->",
          "clock ->",
          "events ->",
          "limits -> config",
          "log -> clock config",
          "snippet ->",
          "format -> store sign",
          "format.pacman -> format store sign",
          "format.freebsd -> format store sign",
          "repo -> clock format store sign database config events",
          "mirror -> cache clock limits repo format store sign database egress config events",
          "serve -> limits repo store mirror config snippet log",
          "access -> clock store config",
          "backup -> format store",
          "api -> cache mirror repo access wire store config format sign events",
          "cli -> wire snippet",
          "settings -> access api cache config egress format format.freebsd format.pacman limits log"
              + " mirror repo serve sign",
          "doctor -> settings cli wire api cache clock config database egress format limits mirror"
              + " repo serve sign store",
          // Templates, compiled.
          "pages.serve -> serve snippet",
          "pages.api -> api");

  private static final List<Rules.Fence> FENCES =
      List.of(
          Rules.Fence.around(List.of("io.netty."), "serve"),
          Rules.Fence.around(
              List.of("io.javalin.", "org.eclipse.jetty.", "jakarta.servlet."), "api"),
          Rules.Fence.around(List.of("org.apache.hc.", "javax.naming."), "egress"),
          // All else that Larder fetches goes by egress; the command line only asks our own
          // console.
          Rules.Fence.around(List.of("java.net.http."), "cli"),
          new Rules.Fence(
              List.of("java.sql.", "javax.sql.", "org.jdbi.", "org.sqlite.", "org.flywaydb."),
              c -> Rules.shortName(c).equals("database") || outermost(c).endsWith("Table"),
              "in database and in classes named *Table"),
          Rules.Fence.around(List.of("org.tomlj."), "config"),
          Rules.Fence.around(List.of("org.snakeyaml.", "io.prometheus."), "api"),
          Rules.Fence.around(List.of("picocli."), "cli", "doctor", ""),
          Rules.Fence.around(List.of("ch.qos.logback."), "log"),
          new Rules.Fence(
              List.of("java.lang.foreign."),
              c -> Rules.shortName(c).equals("log") || outermost(c).equals("ClassCachePages"),
              "in log and in ClassCachePages"),
          Rules.Fence.around(List.of("me.tongfei.progressbar."), "cli"),
          // BLAKE2, which the JDK lacks, is a checksum like any other.
          new Rules.Fence(
              List.of("org.bouncycastle.jcajce."),
              c -> Rules.shortName(c).equals("sign") || outermost(c).equals("Checksum"),
              "in sign and in Checksum"),
          Rules.Fence.around(
              List.of(
                  "org.bouncycastle.bcpg.",
                  "org.bouncycastle.openpgp.",
                  "org.bouncycastle.crypto."),
              "sign"),
          Rules.Fence.around(
              List.of("tools.jackson.", "com.fasterxml."),
              "access",
              "api",
              "cli",
              "serve",
              "wire",
              "format.freebsd"),
          Rules.Fence.around(List.of("gg.jte."), "serve", "pages.serve", "api", "pages.api"),
          new Rules.Fence(
              List.of("org.apache.commons.compress.", "com.github.luben.", "org.tukaani."),
              c -> Rules.shortName(c).startsWith("format") || Rules.shortName(c).equals("backup"),
              "in a format and in backup"));

  private static String outermost(JavaClass c) {
    JavaClass outer = c;
    while (outer.getEnclosingClass().isPresent()) {
      outer = outer.getEnclosingClass().get();
    }
    return outer.getSimpleName();
  }

  private static Map<String, Set<String>> imports(String... lines) {
    Map<String, Set<String>> table = new HashMap<>();
    for (String line : lines) {
      String[] sides = line.split(" *-> *", 2);
      table.put(sides[0], sides[1].isEmpty() ? Set.of() : Set.of(sides[1].split(" ")));
    }
    Set<String> all = Set.copyOf(table.keySet());
    table.put("", all);
    return table;
  }

  @Test
  void packagesImportOnlyWhatTheTableAllows() {
    assertThat(Rules.forbiddenImports(CLASSES, IMPORTS)).isEmpty();
  }

  @Test
  void onlyWhoReadsTheSettingsNamesAParticularFormat() {
    Set<String> above = Set.of("", "settings");
    assertThat(IMPORTS)
        .allSatisfy((from, to) -> {
          if (!above.contains(from)) {
            assertThat(to).noneMatch(target -> target.startsWith("format."));
          }
        });
  }

  @Test
  void packagesHaveNoCycles() {
    assertThat(Rules.cycles(CLASSES, "dev.(**)")).isEmpty();
  }

  @Test
  void librariesStayBehindTheirFences() {
    assertThat(Rules.outsideFence(CLASSES, FENCES)).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    // Templates are compiled into a package without a source.
    assertThat(Rules.notNullMarked(CLASSES))
        .allMatch(fault -> fault.startsWith("dev.larder.pages."));
  }

  @Test
  void namesSayWhatAThingIs() {
    assertThat(Rules.bannedNames(CLASSES)).isEmpty();
  }

  @Test
  void nothingStaticChanges() {
    // Templates carry their name and line numbers in public static fields.
    assertThat(Rules.staticState(CLASSES)).allMatch(fault -> fault.contains("dev.larder.pages."));
  }

  @Test
  void constructorsTakeAtMostSevenParameters() {
    assertThat(Rules.longConstructors(CLASSES)).isEmpty();
  }

  @Test
  void theRulesSeeTheProgram() {
    assertThat(CLASSES.contain("dev.larder.Main")).isTrue();
    assertThat(CLASSES).noneMatch(c -> c.getName().endsWith("Test"));
  }

  /// Each rule on a fixture that breaks it: a rule that cannot fail says nothing.
  @Nested
  class EveryRuleCanFail {
    private final JavaClasses fixture =
        new ClassFileImporter().importPackages("dev.larder.fixture");

    private JavaClasses part(String name) {
      return new ClassFileImporter().importPackages("dev.larder.fixture." + name);
    }

    @Test
    void anImportThatTheTableDoesNotAllow() {
      Map<String, Set<String>> table =
          imports("fixture.cycle.one ->", "fixture.cycle.two -> fixture.cycle.one");
      assertThat(Rules.forbiddenImports(part("cycle"), table))
          .containsExactly("dev.larder.fixture.cycle.one.First must not import fixture.cycle.two");
    }

    @Test
    void aPackageThatTheTableDoesNotKnow() {
      assertThat(Rules.forbiddenImports(part("naming"), IMPORTS))
          .singleElement()
          .asString()
          .contains("not in the import table");
    }

    @Test
    void aCycle() {
      assertThat(Rules.cycles(fixture, "dev.larder.fixture.cycle.(**)")).isNotEmpty();
      assertThat(Rules.cycles(fixture, "dev.(**)")).isNotEmpty();
    }

    @Test
    void aLibraryOutsideItsFence() {
      assertThat(Rules.outsideFence(part("fence"), FENCES))
          .anyMatch(f -> f.startsWith("dev.larder.fixture.fence.Outside uses java.sql.Connection"))
          .anyMatch(f -> f.contains("uses io.netty.buffer.ByteBuf"))
          .noneMatch(f -> f.contains("InsideTable"));
    }

    @Test
    void aPackageThatIsNotNullMarked() {
      assertThat(Rules.notNullMarked(part("naming")))
          .containsExactly("dev.larder.fixture.naming has no @NullMarked package-info.java");
    }

    @Test
    void aNameThatHidesItsNoun() {
      assertThat(Rules.bannedNames(part("naming")))
          .extracting(f -> f.substring(f.lastIndexOf('.') + 1))
          .containsExactly(
              "AbstractThing: name it after what it is",
              "ThingHandler: name it after what it is",
              "ThingManager: name it after what it is");
    }

    @Test
    void aStaticFieldThatChanges() {
      assertThat(Rules.staticState(part("naming")))
          .containsExactlyInAnyOrder(
              "dev.larder.fixture.naming.ThingManager.count is static and not final",
              "dev.larder.fixture.naming.ThingManager.CALLS is static and can change inside");
    }

    @Test
    void aConstructorWithEightParameters() {
      assertThat(Rules.longConstructors(part("naming")))
          .containsExactly(
              "dev.larder.fixture.naming.ThingHandler has a constructor of 8 parameters: a type is"
                  + " missing");
    }
  }
}
