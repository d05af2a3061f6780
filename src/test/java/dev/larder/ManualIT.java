package dev.larder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
import dev.larder.config.KeyTable;
import dev.larder.settings.Config;
import dev.larder.settings.Machine;
import dev.larder.testing.Command;
import dev.larder.testing.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pages of the manual, read by a real man.
class ManualIT {
  @TempDir private Path directory;
  private StringWriter out = new StringWriter();

  @BeforeAll
  static void tools() {
    Tools.require("mandoc");
  }

  @BeforeEach
  void write() {
    assertThat(run(Map.of(), "man", "--write", directory.toString(), "--date", "2026-11-20"))
        .isZero();
  }

  private int run(Map<String, String> environment, String... arguments) {
    out = new StringWriter();
    Surroundings surroundings =
        new Surroundings(
            new PrintWriter(out),
            new PrintWriter(out),
            new BufferedReader(new StringReader("")),
            environment,
            Terminal.NONE,
            InstantSource.system());
    return Main.commandLine(surroundings, Machine.current()).run(arguments);
  }

  private static String shown(Path page) {
    return Command.of("mandoc", "-T", "ascii", page.toString())
        .runOk()
        // Bold is a letter written twice.
        .replaceAll(".\b", "");
  }

  @Test
  void everyCommandHasAPageWithAllItsOptions() {
    String reference = Main.commandLine(Surroundings.ofProcess(), Machine.current()).reference();
    Pattern section = Pattern.compile("(?ms)^## (larder[^\n]*)\n\n```\n(.*?)^```");
    List<String> commands =
        section.matcher(reference).results().map(match -> match.group(1)).toList();
    assertThat(commands).contains("larder", "larder mirror keep", "larder completion zsh");
    section
        .matcher(reference)
        .results()
        .forEach(match -> {
          Path page = directory.resolve("man1/" + match.group(1).replace(' ', '-') + ".1");
          String text = shown(page);
          assertThat(text).contains("SYNOPSIS", "2026-11-20", match.group(1));
          assertThat(text.replaceAll("\\s+", " "))
              .contains(
                  Pattern.compile("--[a-z][a-z-]+(?==|  |$)", Pattern.MULTILINE)
                      .matcher(match.group(2).replaceAll("(?s)Examples:.*", ""))
                      .results()
                      .map(option -> option.group())
                      .toList());
        });
  }

  @Test
  void everyKeyOfTheConfigurationIsInItsPage() {
    String text = shown(directory.resolve("man5/larder.toml.5"));
    for (KeyTable table : Config.TABLES) {
      assertThat(text).contains(table.path());
      table.keys().forEach(key -> assertThat(text).containsPattern("\n +" + key.name() + "\\b"));
    }
  }

  @Test
  void everyCommandsPageTellsWhatItExitsWith() throws IOException {
    try (Stream<Path> pages = Files.list(directory.resolve("man1"))) {
      assertThat(pages.toList())
          .hasSizeGreaterThan(20)
          .allSatisfy(page -> assertThat(shown(page)).contains("EXIT STATUS", "3", "not exist"));
    }
  }

  @Test
  void mandocFindsNothingWrong() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path page : files.filter(Files::isRegularFile).toList()) {
        Command.Result lint =
            Command.of("mandoc", "-T", "lint", "-W", "warning", page.toString()).run();
        assertThat(lint.output()).isEmpty();
        assertThat(lint.exit()).isZero();
      }
    }
  }

  @Test
  void manShowsAPageThatIsNotInstalled() throws IOException {
    Path man = directory.resolve("man");
    Files.writeString(man, "#!/bin/sh\necho \"$1\"\nexec mandoc -T ascii \"$1\"\n");
    assertThat(man.toFile().setExecutable(true)).isTrue();
    Map<String, String> path = Map.of("PATH", directory.toString());
    assertThat(run(path, "man", "mirror", "keep")).isZero();
    assertThat(out.toString()).contains("/larder-mirror-keep.1\n", "LARDER-MIRROR-KEEP(1)");
    assertThat(run(path, "man")).isZero();
    assertThat(out.toString()).contains("LARDER(1)");
    assertThat(run(path, "man", "larder.toml")).isZero();
    assertThat(out.toString()).contains("LARDER.TOML(5)");
    assertThat(run(path, "man", "mirror", "kep")).isEqualTo(2);
    // Without man the help has to do.
    assertThat(run(Map.of(), "man", "mirror", "keep")).isZero();
    assertThat(out.toString()).startsWith("Usage: larder mirror keep");
    assertThat(run(Map.of(), "man", "larder.toml")).isEqualTo(1);
    assertThat(out.toString()).contains("there is no program man");
  }
}
