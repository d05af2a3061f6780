package dev.larder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A machine with pacman, as small as can be: the real program with a root, databases, cache,
/// configuration and keyring of its own. One call at a time; several clients may run at once.
///
/// Set up by [#repository], [#signatures] and the like, which return the client itself.
public final class PacmanClient implements AutoCloseable {
  private static final int SANDBOX_SINCE = 7;

  private final Path home = Temporary.directory("larder-pacman");
  private final Map<String, List<String>> repositories = new LinkedHashMap<>();
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final boolean sandbox;
  private String sigLevel = "Never";
  private int parallelDownloads = 5;
  private @Nullable Path keyring;

  /// A machine with nothing installed that knows no repository and checks no signatures.
  public PacmanClient() {
    Tools.require("pacman");
    if (!Tools.isRoot()) {
      Tools.require("fakeroot");
    }
    try {
      for (String directory : List.of("root", "db", "cache", "hooks")) {
        Files.createDirectories(home.resolve(directory));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sandbox = version().startsWith("Pacman v" + SANDBOX_SINCE);
  }

  // ---- setting up -----------------------------------------------------------------------------

  /// Adds a repository with its servers in order, or replaces its servers. `$repo` and `$arch` are
  /// pacman's. An entry that begins with `CacheServer = ` or another key is taken as it is.
  public PacmanClient repository(String name, String... servers) {
    repositories.put(name, List.of(servers));
    return this;
  }

  /// Sets `SigLevel`: `Required DatabaseRequired`. Checks need a key, see [#trust].
  public PacmanClient signatures(String level) {
    sigLevel = level;
    return this;
  }

  /// Sets `ParallelDownloads`; five if not said.
  public PacmanClient parallelDownloads(int count) {
    parallelDownloads = count;
    return this;
  }

  /// Adds a line to `[options]`.
  public PacmanClient option(String line) {
    options.add(line);
    return this;
  }

  /// Sets an environment variable for pacman, such as `http_proxy`.
  public PacmanClient env(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /// Adds a key to the keyring, locally signed, by the real pacman-key. The first takes seconds.
  public PacmanClient trust(SigningKey key) {
    return trust(key.publicKey());
  }

  /// The same for the first key in a file.
  public PacmanClient trust(Path publicKey) {
    Tools.require("pacman-key", "gpg", "gpgconf");
    if (keyring == null) {
      keyring = Temporary.directory("lp");
      pacmanKey("--init");
    }
    pacmanKey("--add", publicKey.toString());
    pacmanKey("--lsign-key", SigningKey.fingerprint(publicKey));
    return this;
  }

  private void pacmanKey(String... arguments) {
    command("pacman-key", "--config", config().toString(), "--gpgdir", keyring())
        .with(arguments)
        .runOk();
  }

  private String keyring() {
    return keyring == null ? home.resolve("gnupg").toString() : keyring.toString();
  }

  // ---- running --------------------------------------------------------------------------------

  /// `-Sy`: fetches the databases that changed.
  public Command.Result sync() {
    return sync(false);
  }

  /// `-Sy`, or `-Syy`, which fetches all.
  public Command.Result sync(boolean force) {
    return run(force ? "-Syy" : "-Sy");
  }

  /// `-Fy`: fetches the file databases that changed.
  public Command.Result files() {
    return run("-Fy");
  }

  /// `-S`: installs packages by the databases of the last sync.
  public Command.Result install(String... names) {
    return run("-S", names);
  }

  /// `-Su`: installs every newer version the databases name.
  public Command.Result upgrade() {
    return run("-Su");
  }

  /// `-Sw`: downloads packages to the cache.
  public Command.Result download(String... names) {
    return run("-Sw", names);
  }

  /// Runs pacman with an operation such as `-Sl` and its arguments.
  public Command.Result run(String operation, String... arguments) {
    return pacman(operation).with(arguments).run();
  }

  /// The command itself, for tests that start it in the background.
  public Command pacman(String operation) {
    return command(
        "pacman",
        "--config",
        config().toString(),
        "--root",
        home.resolve("root").toString(),
        "--dbpath",
        home.resolve("db").toString(),
        "--cachedir",
        home.resolve("cache").toString(),
        "--hookdir",
        home.resolve("hooks").toString(),
        "--logfile",
        home.resolve("pacman.log").toString(),
        "--gpgdir",
        keyring(),
        "--noconfirm",
        operation);
  }

  private Command command(String... arguments) {
    // pacman asks for root even where the directories are ours.
    Command command = Tools.isRoot() ? Command.of() : Command.of("fakeroot");
    return command.with(arguments).env(environment).env("HOME", home.toString());
  }

  private Path config() {
    List<String> lines = new ArrayList<>();
    lines.add("[options]");
    lines.add("Architecture = x86_64");
    lines.add("NoProgressBar");
    lines.add("SigLevel = " + sigLevel);
    lines.add("ParallelDownloads = " + parallelDownloads);
    if (sandbox) {
      // It needs a user of its own and Landlock, which containers and CI machines lack.
      lines.add("DisableSandbox");
    }
    lines.addAll(options);
    repositories.forEach((name, servers) -> {
      lines.add("[" + name + "]");
      for (String server : servers) {
        lines.add(server.contains(" = ") ? server : "Server = " + server);
      }
    });
    try {
      return Files.write(home.resolve("pacman.conf"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- what came of it ------------------------------------------------------------------------

  /// The version of the program, `Pacman v6.0.2 - libalpm v13.0.2`.
  public static String version() {
    String banner = Command.of(Tools.path("pacman"), "--version").runOk();
    return banner
        .lines()
        .filter(line -> line.contains("Pacman v"))
        .map(line -> line.substring(line.indexOf("Pacman v")).strip())
        .findFirst()
        .orElse(banner);
  }

  /// The installed version of a package, or null if it is not installed.
  public @Nullable String installed(String name) {
    Command.Result result = run("-Q", name);
    return result.ok() ? result.output().strip().substring(name.length() + 1) : null;
  }

  /// Names of the files in the cache: packages, signatures, and `.part` files of broken downloads.
  public List<String> cached() {
    try (Stream<Path> files = Files.list(home.resolve("cache"))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A file of the cache, there or not.
  public Path cached(String fileName) {
    return home.resolve("cache").resolve(fileName);
  }

  /// Deletes everything in the cache.
  public void clearCache() {
    for (String file : cached()) {
      Temporary.delete(cached(file));
    }
  }

  /// Leaves a broken download in the cache, which pacman resumes.
  public void writePart(String fileName, byte[] bytes) {
    try {
      Files.write(cached(fileName + ".part"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A database as pacman holds it, there or not: `core.db`, `core.db.sig`, `core.files`.
  public Path database(String fileName) {
    return home.resolve("db/sync").resolve(fileName);
  }

  /// A file of the machine, by its path below `/`.
  public Path file(String path) {
    return home.resolve("root").resolve(path);
  }

  /// What pacman logged, newest last.
  public String log() {
    try {
      Path file = home.resolve("pacman.log");
      return Files.exists(file) ? new String(Files.readAllBytes(file), UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes the machine.
  @Override
  public void close() {
    if (keyring != null) {
      SigningKey.endAgent(keyring);
      Temporary.delete(keyring);
    }
    Temporary.delete(home);
  }
}
