package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Surroundings;
import dev.larder.settings.Machine;
import dev.larder.testing.Checkout;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The documents stay true: what they name exists.
class DocsTest {
  private static final Pattern HEADING = Pattern.compile("(?m)^## larder (.+)$");

  /// Every command as the command line itself knows it: `serve`, `mirror`, `mirror list`.
  private static Set<String> commands() {
    String reference = Main.commandLine(Surroundings.ofProcess(), Machine.current()).reference();
    return HEADING
        .matcher(reference)
        .results()
        .map(heading -> heading.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Document> documents() throws IOException, InterruptedException {
    List<Document> documents = new ArrayList<>();
    for (Path file : Checkout.files()) {
      if (file.toString().endsWith(".md") && !file.startsWith("src")) {
        documents.add(Document.read(Checkout.root(), file));
      }
    }
    assertThat(documents)
        .extracting(d -> d.file().toString())
        .contains("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md");
    return documents;
  }

  @Test
  void everyPathExists() throws IOException, InterruptedException {
    assertThat(documents()).flatExtracting(Document::missingPaths).isEmpty();
  }

  @Test
  void everyPackageAndClassExists() throws IOException, InterruptedException {
    assertThat(documents()).flatExtracting(Document::missingClasses).isEmpty();
  }

  @Test
  void everyLinkResolves() throws IOException, InterruptedException {
    assertThat(documents()).flatExtracting(Document::brokenLinks).isEmpty();
  }

  @Test
  void everyCommandExists() throws IOException, InterruptedException {
    Set<String> known = commands();
    assertThat(known).contains("serve", "status", "mirror refresh", "config check", "help");
    assertThat(documents()).flatExtracting(document -> document.missingCommands(known)).isEmpty();
  }

  @Test
  void everyPackageIsOnTheMap() throws IOException {
    String map = Files.readString(Checkout.root().resolve("ARCHITECTURE.md"));
    Path packages = Checkout.root().resolve("src/main/java/dev/larder");
    try (var files = Files.walk(packages)) {
      assertThat(files.filter(Files::isDirectory).filter(d -> !d.equals(packages)))
          .allSatisfy(d ->
              assertThat(map)
                  .contains("`" + packages.relativize(d).toString().replace('/', '.') + "`"));
    }
  }

  @Test
  void nothingNamesTheMachineItWasWrittenOn() throws IOException, InterruptedException {
    // In two parts, so that this file is not its own fault.
    Pattern forbidden =
        Pattern.compile(
            "/(work|root)"
                + "/[a-z]|/home"
                + "/[a-z]|(repo1?|central)\\.maven"
                + "\\.|docker"
                + "\\.io|ghcr"
                + "\\.io|registry"
                + "\\.npmjs|pypi"
                + "\\.org");
    List<String> faults = new ArrayList<>();
    for (Path file : Checkout.files()) {
      String text = textOf(Checkout.root().resolve(file));
      text.lines()
          .filter(line -> forbidden.matcher(line).find())
          .forEach(line -> faults.add(file + ": " + line.strip()));
    }
    assertThat(faults).isEmpty();
  }

  private static String textOf(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException _) {
      return ""; // not a text
    }
  }

  /// The checks on a document that breaks each of them.
  @Nested
  class EveryCheckCanFail {
    @TempDir Path root = Path.of("");

    private Document document(String text) throws IOException {
      Files.createDirectories(root.resolve("src/main/java/dev/larder/store"));
      Files.createDirectories(root.resolve("scripts"));
      Files.writeString(root.resolve("scripts/test"), "");
      Files.writeString(root.resolve("src/main/java/dev/larder/store/RelPath.java"), "");
      Files.writeString(root.resolve("X.md"), text);
      return Document.read(root, Path.of("X.md"));
    }

    @Test
    void aPathThatDoesNotExist() throws IOException {
      assertThat(document("`scripts/test` `tree/<mirror>/x` `README.md`").missingPaths())
          .containsExactly("X.md: there is no README.md");
      assertThat(document("`scripts/tset` and `src/main`").missingPaths())
          .containsExactly("X.md: there is no scripts/tset");
    }

    @Test
    void aClassThatDoesNotExist() throws IOException {
      assertThat(document("`RelPath` `dev.larder.store.RelPath` `RelPath.java`").missingClasses())
          .isEmpty();
      assertThat(
              document("`RelPaht` `dev.larder.store.Gone` `Gone.java` `dev.larder.gone`")
                  .missingClasses())
          .containsExactly(
              "X.md: there is no class RelPaht",
              "X.md: there is no class dev.larder.store.Gone",
              "X.md: there is no class Gone",
              "X.md: there is no package dev.larder.gone");
    }

    @Test
    void aLinkThatLeadsNowhere() throws IOException {
      assertThat(document("# A Title, so\n[x](scripts/test) [y](#a-title-so)").brokenLinks())
          .isEmpty();
      assertThat(document("# Title\n[x](gone.md) [y](#other)").brokenLinks())
          .containsExactly("X.md: gone.md leads nowhere", "X.md: #other leads nowhere");
    }

    @Test
    void aCommandInProseAndInAFence() throws IOException {
      String text =
          """
          Say `larder frobnicate` or `larder mirror list`.
          ```
          $ ./larder --config x.toml swallow
          larder mirror lsit
          larder status arch
          ```
          """;
      assertThat(document(text).missingCommands(Set.of("status", "mirror", "mirror list")))
          .containsExactlyInAnyOrder(
              "X.md: there is no command larder frobnicate",
              "X.md: there is no command larder swallow",
              "X.md: there is no command larder mirror lsit");
    }
  }
}
