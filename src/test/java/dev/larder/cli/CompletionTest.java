package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.larder.cli.CompletionModel.Entry;
import dev.larder.cli.CompletionModel.Position;
import dev.larder.cli.CompletionModel.Value;
import dev.larder.repo.RepositorySettings.OnConflict;
import dev.larder.sign.KeyKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What can be completed, where the scripts go, and the names a server tells them. How the shells
/// take the scripts is in dev.larder.CompletionIT.
class CompletionTest {
  @TempDir private Path data;
  @TempDir private Path home;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(data);
    larder.environment.put("HOME", home.toString());
  }

  @AfterEach
  void close() {
    larder.close();
  }

  @Test
  void theWordsThatAreCompletedAreThoseTheServerTakes() {
    assertThat(new WordList.KeyKinds())
        .containsExactlyElementsOf(Stream.of(KeyKind.values()).map(KeyKind::id).toList());
    assertThat(new WordList.Conflicts())
        .containsExactlyElementsOf(
            Stream.of(OnConflict.values())
                .map(each -> each.name().toLowerCase(Locale.ROOT))
                .toList());
    assertThat(larder.run("help", "repo", "create")).isZero();
    assertThat(new WordList.Formats()).allSatisfy(word -> assertThat(larder.out()).contains(word));
    assertThat(new WordList.Signatures())
        .allSatisfy(word -> assertThat(larder.out()).contains(word));
    assertThat(new WordList.Compatible())
        .allSatisfy(word -> assertThat(larder.out()).contains(word));
  }

  /// Commands as they will be.
  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // only looked at
  @Command(name = "larder")
  private static final class Tool {
    @Command(name = "repo")
    private static final class Repo {
      @Command(name = "create", description = "Makes one. And more.")
      void create(@Parameters(paramLabel = "NAME") String name) {}

      @Command(name = "add")
      void add(
          @Parameters(index = "0", paramLabel = "NAME") String name,
          @Parameters(index = "1..*", paramLabel = "FILE") List<Path> files,
          @Option(names = "--jobs", paramLabel = "N") int jobs,
          @Option(names = "--key", paramLabel = "NAME") String key,
          @Option(names = "--root", paramLabel = "DIR") Path root) {}

      @Command(name = "remove")
      void remove(
          @Parameters(index = "0", paramLabel = "NAME") String name,
          @Parameters(index = "1..*", paramLabel = "PACKAGE") List<String> packages) {}
    }

    @Command(name = "generation")
    private static final class Generation {
      @Command(name = "promote")
      void promote(
          @Parameters(index = "0", paramLabel = "FROM") String from,
          @Parameters(index = "1", paramLabel = "TO") String to) {}
    }

    @Command(name = "token")
    private static final class Token {
      @Command(name = "revoke")
      void revoke(@Parameters(paramLabel = "NAME") String name) {}

      @Command(name = "secret", hidden = true)
      void secret() {}
    }
  }

  private static CompletionModel model() {
    return CompletionModel.of(
        new CommandLine(new Tool())
            .addSubcommand(new Tool.Repo())
            .addSubcommand(new Tool.Generation())
            .addSubcommand(new Tool.Token()));
  }

  private static Entry entry(String path) {
    return model().entries().stream()
        .filter(each -> each.path().equals(path))
        .findFirst()
        .orElseThrow();
  }

  private static Position position(int index, boolean many, String kind) {
    return new Position(index, many, new Value(List.of(), kind));
  }

  @Test
  void whatANameMeansFollowsFromTheNounItStandsUnder() {
    assertThat(entry("repo create").positions()).containsExactly(position(0, false, ""));
    assertThat(entry("repo add").positions())
        .containsExactly(position(0, false, "repositories"), position(1, true, "files"));
    assertThat(entry("repo remove").positions())
        .containsExactly(position(0, false, "repositories"), position(1, true, "packages"));
    assertThat(entry("generation promote").positions())
        .containsExactly(position(0, false, "repositories"), position(1, false, "repositories"));
    assertThat(entry("token revoke").positions()).containsExactly(position(0, false, "tokens"));
    assertThat(entry("repo add").options())
        .extracting(option -> option.value() == null ? "flag" : option.value().kind())
        .containsExactlyInAnyOrder("", "keys", "directories");
    assertThat(entry("repo").commands()).contains(new CompletionModel.Word("create", "Makes one"));
    assertThat(entry("token").commands())
        .extracting(CompletionModel.Word::text)
        .containsExactly("revoke");
  }

  @Test
  void namesComeFromTheServer() throws IOException {
    assertThat(larder.run("__complete", "mirrors")).isZero();
    assertThat(larder.out()).isEqualTo("arch\nquiet\n");
    assertThat(larder.run("__complete", "served")).isZero();
    assertThat(larder.out()).startsWith("arch\nquiet\n");
    assertThat(larder.run("__complete", "contexts")).isZero();
    assertThat(larder.out()).isEmpty();
    larder.answers = Files.readString(larder.token.file());
    assertThat(larder.run("login", larder.server.toString(), "--name", "work")).isZero();
    larder.close();
    assertThat(larder.run("__complete", "contexts")).isZero();
    assertThat(larder.out()).isEqualTo("work\n");
    assertThat(larder.run("__complete", "mirrors")).isEqualTo(6);
    assertThat(larder.run("__complete", "nonsense")).isEqualTo(2);
    assertThat(larder.run("--help")).isZero();
    assertThat(larder.out()).doesNotContain("__complete");
  }

  @Test
  void packagesAreReadPageByPageAndOddNamesLeftOut() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/repositories/",
        exchange -> {
          asked.add(exchange.getRequestURI().toString());
          String page =
              asked.size() == 1
                  ? "{\"packages\":[{\"name\":\"gtk4\",\"x\":1},{\"name\":\"a b\"}],\"next\":\"g 4\"}"
                  : "{\"packages\":[{\"name\":\"libsigc++\"},{\"name\":\"gtk4\"}]}";
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, page.length());
          exchange.getResponseBody().write(page.getBytes(UTF_8));
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      String token = larder.token.file().toString();
      assertThat(
              larder.run(
                  "__complete", "--server", url, "--token-file", token, "packages", "my own"))
          .isZero();
      assertThat(larder.out()).isEqualTo("gtk4\nlibsigc++\n");
      String path = "/api/v1/repositories/my%20own/packages?limit=1000&cursor=";
      assertThat(asked).containsExactly(path, path + "g%204");
      assertThat(larder.run("__complete", "packages")).isZero();
      assertThat(larder.out()).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void theScriptGoesWhereTheShellLooks() throws IOException {
    Path share = home.resolve(".local/share");
    Path prefix = home.resolve("usr");
    record Case(List<String> words, Path file) {}
    List<Case> cases =
        List.of(
            new Case(List.of("bash"), share.resolve("bash-completion/completions/larder")),
            new Case(List.of("zsh"), share.resolve("zsh/site-functions/_larder")),
            new Case(List.of("fish"), home.resolve(".config/fish/completions/larder.fish")),
            new Case(
                List.of("bash", "--prefix", prefix.toString()),
                prefix.resolve("share/bash-completion/completions/larder")),
            new Case(
                List.of("zsh", "--prefix", prefix.toString()),
                prefix.resolve("share/zsh/site-functions/_larder")),
            new Case(
                List.of("fish", "--prefix", prefix.toString()),
                prefix.resolve("share/fish/vendor_completions.d/larder.fish")));
    for (Case c : cases) {
      List<String> words = new ArrayList<>(List.of("completion", "install"));
      words.addAll(c.words());
      String[] install = words.toArray(String[]::new);
      assertThat(larder.run(install)).isZero();
      assertThat(larder.out()).startsWith("wrote " + c.file() + "; ");
      assertThat(larder.run("completion", c.words().getFirst())).isZero();
      // The fixture writes DATA for its directory, which no script names.
      assertThat(c.file()).hasContent(larder.out());
      assertThat(larder.run(install)).isZero();
      words.add("--undo");
      String[] undo = words.toArray(String[]::new);
      assertThat(larder.run(undo)).isZero();
      assertThat(c.file()).doesNotExist();
      assertThat(larder.run(undo)).isZero();
      assertThat(larder.out()).isEqualTo("there is no " + c.file() + "\n");
    }
  }

  @Test
  void theShellIsTheOneOfTheUserAndAForeignFileIsLeftAlone() throws IOException {
    assertThat(larder.run("completion", "install")).isEqualTo(2);
    assertThat(larder.err())
        .isEqualTo("larder: there is no telling which shell it is for; name bash, zsh or fish\n");
    larder.environment.put("SHELL", "/bin/tcsh");
    assertThat(larder.run("completion", "install")).isEqualTo(2);
    larder.environment.put("SHELL", "/usr/bin/fish");
    larder.environment.put("XDG_CONFIG_HOME", home.resolve("conf").toString());
    assertThat(larder.run("completion", "install", "-q")).isZero();
    assertThat(larder.out()).isEmpty();
    Path file = home.resolve("conf/fish/completions/larder.fish");
    assertThat(file).exists();
    Files.writeString(file, "mine");
    assertThat(larder.run("completion", "install")).isEqualTo(5);
    assertThat(larder.run("completion", "install", "--undo")).isEqualTo(5);
    assertThat(file).hasContent("mine");
    larder.environment.put("BASH_COMPLETION_USER_DIR", home.resolve("own").toString());
    assertThat(larder.run("completion", "install", "bash")).isZero();
    assertThat(home.resolve("own/completions/larder")).exists();
    larder.environment.remove("HOME");
    assertThat(larder.run("completion", "install", "zsh")).isEqualTo(1);
  }
}
