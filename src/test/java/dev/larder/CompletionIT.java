package dev.larder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cli.Surroundings;
import dev.larder.cli.Terminal;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts in the real shells: what a TAB offers.
class CompletionIT {
  /// Asks bash as its line editor would: words taken apart at its word breaks.
  private static final String BASH =
      """
      . "$1"; shift
      for line; do
        COMP_LINE=$line COMP_POINT=${#line} COMP_WORDS=() word=
        COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
        for ((i = 0; i < ${#line}; i++)); do
          c=${line:i:1}
          case $c in
            ' ') [[ -z $word ]] || COMP_WORDS+=("$word"); word= ;;
            [=:]) [[ -z $word ]] || COMP_WORDS+=("$word"); word=; COMP_WORDS+=("$c") ;;
            *) word+=$c ;;
          esac
        done
        [[ $c = [=:] ]] && [[ -z $word ]] && last= || last=$word
        COMP_WORDS+=("$last")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
        _larder
        echo "<BEGIN>${COMPREPLY[*]}<END>"
      done
      """;

  private static final String FISH =
      """
      source $argv[1]
      for line in $argv[2..-1]
          set -l found (complete -C $line | string replace -r '\\t.*' '')
          echo "<BEGIN>$found<END>"
      end
      """;

  /// zsh completes only in its line editor, so it gets a terminal of its own.
  private static final String ZSH =
      """
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "
      PS1= PS2= RPS1=
      fpath=(${(q)1} \\$fpath)
      autoload -Uz compinit && compinit -u -D
      offered=()
      compadd() {
        local -a found
        builtin compadd -O found \\"\\$@\\"
        offered+=(\\$found)
        builtin compadd \\"\\$@\\"
      }
      told() {
        print -r -- \\"<BEGIN>\\$offered<END>\\"
        offered=() compstate[insert]= compstate[list]=
      }
      ask() { comppostfuncs=(told); zle complete-word; zle kill-buffer }
      zle -N ask
      bindkey '^I' ask
      print -r -- '<REA''DY>'"
      zpty -r shell out '*<READY>*' || exit 1
      shift
      for line; do
        zpty -w -n shell "$line"$'\\t'
        zpty -r shell out '*<END>*' || exit 1
        print -r -- "<BEGIN>${${out##*<BEGIN>}%%<END>*}<END>"
      done
      zpty -d shell
      """;

  private static final Pattern OFFERED = Pattern.compile("<BEGIN>(.*?)<END>", Pattern.DOTALL);
  private static final List<String> SHELLS = List.of("bash", "fish", "zsh");

  @TempDir private Path home;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeAll
  static void tools() {
    Tools.require("bash", "fish", "zsh");
  }

  @BeforeEach
  void scripts() throws IOException {
    for (String shell : SHELLS) {
      StringWriter out = new StringWriter();
      Surroundings surroundings =
          new Surroundings(
              new PrintWriter(out),
              new PrintWriter(new StringWriter()),
              new BufferedReader(new StringReader("")),
              Map.of(),
              Terminal.NONE,
              InstantSource.system());
      assertThat(Main.commandLine(surroundings, Machine.current()).run("completion", shell))
          .isZero();
      Files.writeString(script(shell), out.toString());
    }
    Files.writeString(home.resolve("drive.bash"), BASH);
    Files.writeString(home.resolve("drive.fish"), FISH);
    Files.writeString(home.resolve("drive.zsh"), ZSH);
    environment.put("HOME", home.toString());
    environment.put("XDG_CACHE_HOME", "");
    environment.put("XDG_CONFIG_HOME", "");
    environment.put("TERM", "dumb");
  }

  private Path script(String shell) throws IOException {
    return Files.createDirectories(home.resolve(shell)).resolve("_larder");
  }

  /// A program that answers for larder and writes down how it was called.
  private void standIn() throws IOException {
    program(
        """
        #!/bin/sh
        echo "$*" >>"$HOME/calls"
        case " $* " in
          *' mirrors '* | *' served '*) printf 'arch\\nfreebsd-pkg\\n' ;;
          *' contexts '*) printf 'home\\nwork\\n' ;;
        esac
        """);
  }

  private void program(String text) throws IOException {
    Path bin = Files.createDirectories(home.resolve("bin"));
    Path program = Files.write(bin.resolve("larder"), text.getBytes(UTF_8));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
  }

  private String calls() throws IOException {
    Path calls = home.resolve("calls");
    return Files.exists(calls) ? Files.readString(calls) : "";
  }

  /// What a TAB at the end of each line offers.
  private List<Set<String>> offered(String shell, String... lines) throws IOException {
    List<String> command = new ArrayList<>();
    switch (shell) {
      case "bash" -> command.addAll(List.of("bash", "--norc", "--noprofile"));
      case "zsh" -> command.addAll(List.of("zsh", "-f"));
      default -> command.addAll(List.of("fish", "--no-config"));
    }
    command.add(home.resolve("drive." + shell).toString());
    Path script = script(shell);
    command.add(shell.equals("zsh") ? script.getParent() + "" : script.toString());
    command.addAll(List.of(lines));
    String output = Command.of(command).env(environment).in(home).runOk();
    List<Set<String>> offered =
        OFFERED.matcher(output).results().map((MatchResult one) -> words(one.group(1))).toList();
    assertThat(offered).describedAs(output).hasSameSizeAs(lines);
    return offered;
  }

  private static Set<String> words(String text) {
    return text.isBlank()
        ? Set.of()
        : new LinkedHashSet<>(Arrays.asList(text.strip().split("\\s+", -1)));
  }

  @Test
  void commandsOptionsAndFixedWordsNeedNoProgram() throws IOException {
    standIn();
    String[] lines = {
      "larder mir",
      "larder mirror ",
      "larder -q --color never mirror re",
      "larder status --con",
      "larder status -o ",
      "larder help mirror k",
      "larder man mirror ",
      "larder snippet x --variant ",
      "larder cache purge x ",
      "larder completion install ",
      "larder status -- mir",
      "larder no such thing ",
    };
    for (String shell : SHELLS) {
      List<Set<String>> offered = offered(shell, lines);
      assertThat(offered)
          .describedAs(shell)
          .satisfiesExactly(
              o -> assertThat(o).containsExactly("mirror"),
              o ->
                  assertThat(o)
                      .containsExactlyInAnyOrder("list", "show", "refresh", "keep", "unkeep"),
              o -> assertThat(o).containsExactly("refresh"),
              o -> assertThat(o).containsExactlyInAnyOrder("--config", "--context"),
              o -> assertThat(o).containsExactlyInAnyOrder("text", "json", "tsv"),
              o -> assertThat(o).containsExactly("keep"),
              o -> assertThat(o).contains("list", "keep").doesNotContain("status"),
              o -> assertThat(o).containsExactlyInAnyOrder("15", "base", "14", "older"),
              o -> assertThat(o).isEmpty(),
              o -> assertThat(o).containsExactlyInAnyOrder("bash", "zsh", "fish"),
              o -> assertThat(o).isEmpty(),
              o -> assertThat(o).isEmpty());
    }
    assertThat(calls()).isEmpty();
  }

  @Test
  void anOptionMayHaveItsValueBehindAnEqualsSign() throws IOException {
    standIn();
    // fish inserts the whole word, the others what follows the sign.
    assertThat(offered("bash", "larder status --output=j")).containsExactly(Set.of("json"));
    assertThat(offered("zsh", "larder status --output=j")).containsExactly(Set.of("json"));
    assertThat(offered("fish", "larder status --output=j"))
        .containsExactly(Set.of("--output=json"));
    for (String shell : SHELLS) {
      assertThat(offered(shell, "larder --server=http://x:1/ mirror show f"))
          .containsExactly(Set.of("freebsd-pkg"));
    }
    assertThat(calls()).contains("__complete --server=http://x:1/ mirrors\n");
  }

  @Test
  void filesAreOfferedWhereFilesAreExpected() throws IOException {
    standIn();
    Files.writeString(home.resolve("larder-a.toml"), "");
    Files.createDirectory(home.resolve("larder-b"));
    for (String shell : SHELLS) {
      List<Set<String>> offered =
          offered(
              shell,
              "larder --config larder-",
              "larder man --write larder-",
              "larder status larder-");
      assertThat(offered.getFirst()).describedAs(shell).contains("larder-a.toml");
      assertThat(offered.get(1)).describedAs(shell).anyMatch(word -> word.startsWith("larder-b"));
      assertThat(offered.get(1)).doesNotContain("larder-a.toml");
      assertThat(offered.getLast()).isEmpty();
    }
    assertThat(calls()).isEmpty();
  }

  @Test
  void namesAreAskedForOnceAndThenKept() throws IOException {
    standIn();
    for (String shell : SHELLS) {
      Files.deleteIfExists(home.resolve("calls"));
      Command.of("rm", "-rf", home.resolve(".cache").toString()).runOk();
      for (int i = 0; i < 2; i++) {
        List<Set<String>> offered =
            offered(
                shell,
                "larder mirror show ",
                "larder mirror refresh fr",
                "larder --context w",
                "larder cache ls ar",
                "larder snippet b");
        assertThat(offered)
            .describedAs(shell)
            .containsExactly(
                Set.of("arch", "freebsd-pkg"),
                Set.of("freebsd-pkg"),
                Set.of("work"),
                Set.of("arch"),
                Set.of("bastille"));
      }
      assertThat(calls().lines())
          .describedAs(shell)
          .containsExactlyInAnyOrder(
              "__complete mirrors", "__complete contexts", "__complete served");
      // Another server has other names.
      environment.put("LARDER_SERVER", "http://127.0.0.1:9");
      offered(shell, "larder mirror show ");
      environment.remove("LARDER_SERVER");
      assertThat(calls().lines()).hasSize(4);
    }
  }

  @Test
  void theNamesAreThoseOfTheRunningServer() throws IOException {
    try (TestLarder larder = TestLarder.of("http://127.0.0.1:9")) {
      String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
      program(
          """
          #!/bin/sh
          exec '%s' -XX:TieredStopAtLevel=1 -cp '%s' dev.larder.Main "$@"
          """
              .formatted(
                  java,
                  System.getProperty(
                      "surefire.test.class.path", System.getProperty("java.class.path"))));
      int port = larder.larder().consoleAddresses().getFirst().getPort();
      environment.put("LARDER_SERVER", "http://127.0.0.1:" + port);
      environment.put("LARDER_TOKEN", Files.readString(larder.data().resolve("cli.token")).strip());
      assertThat(offered("bash", "larder mirror show ")).containsExactly(Set.of("arch"));
      assertThat(offered("zsh", "larder mirror show a")).containsExactly(Set.of("arch"));
      assertThat(offered("fish", "larder mirror show ")).containsExactly(Set.of("arch"));
    }
  }
}
