package dev.larder.cli;

import dev.larder.snippet.Address;
import dev.larder.snippet.Client;
import dev.larder.snippet.OwnRepository;
import dev.larder.snippet.Snippet;
import dev.larder.snippet.Ways;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.RepositoryInfo;
import dev.larder.wire.ServerInfo;
import dev.larder.wire.Status;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder snippet WHAT`.
@Command(
    name = "snippet",
    description = {
      "Shows what to write into a client's configuration so that it uses a mirror or repository.",
      "Everything but what to write is a comment, so the output can be pasted or redirected whole.",
      "With --write it is done on this machine at once."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder snippet arch",
      "  larder snippet arch --url http://packages.example.net:8080",
      "  larder snippet freebsd",
      "  larder snippet freebsd --variant 14 -q > larder.conf",
      "  larder snippet freebsd-update --url http://packages.example.net",
      "  larder snippet internal --write",
      "  larder snippet internal --undo"
    })
final class SnippetCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(
      paramLabel = "WHAT",
      completionCandidates = ClientWords.class,
      description =
          "The name of a mirror or repository, or a client: pacman, freebsd, freebsd-update,"
              + " bastille.")
  private String what = "";

  @Option(
      names = "--mirror",
      paramLabel = "NAME",
      description = "The mirror to use, where several would do for the client.")
  private @Nullable String mirrorName;

  @Option(
      names = "--variant",
      paramLabel = "WORD",
      completionCandidates = VariantWords.class,
      description =
          "For freebsd: 15 (and newer), base (its base system packages), 14 (from 14.3 on), older."
              + " Default: the first, with the others as comments.")
  private @Nullable String variant;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Base URL by which clients reach the server. Default: public-url, or what the server"
              + " listens on.")
  private @Nullable String url;

  @Option(
      names = "--write",
      description =
          "Write it into the file of this machine, with the keys of a repository; as root. What is"
              + " there already stays.")
  private boolean write;

  @Option(
      names = "--undo",
      description =
          "Take out of the files of this machine what --write put there; needs no server.")
  private boolean undo;

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description = "With --write and --undo: a directory that is the root of another system.")
  private Path root = Path.of("/");

  /// The clients, for completion.
  private static final class ClientWords extends WordList {
    ClientWords() {
      super(Arrays.stream(Client.values()).map(Client::word).toArray(String[]::new));
    }
  }

  /// The variants, for completion.
  private static final class VariantWords extends WordList {
    VariantWords() {
      super("15", "base", "14", "older");
    }
  }

  SnippetCommand(Session session) {
    this.session = session;
  }

  /// What `-o json` shows.
  ///
  /// @param mirror name of the mirror the client will use
  /// @param client what has to be told, as `larder snippet` calls it
  /// @param snippets for the newest systems first
  record Told(String mirror, String client, List<Snippet> snippets) {}

  @Override
  public Integer call() {
    if (undo) {
      return takenBack();
    }
    Status status = session.client().get("/api/v1/status", Status.class);
    RepositoryInfo own = own(status);
    if (own != null) {
      Address address = address(status.server(), "repo/" + own.name(), false, _ -> true);
      List<Snippet> all = ownRepository(own, address).snippets(own.format());
      return told(new Told(own.name(), all.getFirst().variant(), all), () -> trust(own));
    }
    MirrorInfo mirror = mirror(status.mirrors());
    Client client = Client.of(mirror.format());
    if (client == null) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "there is no snippet for the format %s".formatted(Wording.plain(mirror.format())),
          null);
    }
    Address address =
        address(status.server(), mirror.name(), atRoot(status, mirror), client::canReach);
    List<Snippet> all = client.snippets(address);
    return told(
        new Told(mirror.name(), client.word(), variant == null ? all : List.of(chosen(all))),
        () -> SnippetInstall.Trust.NOTHING);
  }

  private int told(Told told, Supplier<SnippetInstall.Trust> trust) {
    if (!write) {
      show(told);
      return ExitCode.OK.number();
    }
    if (told.snippets().size() > 1) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "there are several, for different systems",
          "choose one with --variant: "
              + told.snippets().stream().map(Snippet::variant).collect(Collectors.joining(", ")));
    }
    Snippet snippet = told.snippets().getFirst();
    List<String> files =
        new SnippetInstall(root.toAbsolutePath(), told.mirror()).write(snippet, trust.get());
    changed("wrote", files);
    if (session.output().isText() && !session.output().quiet()) {
      snippet.notes().forEach(note -> session.output().line("note: " + note));
      session.output().line("undo: larder snippet %s --undo".formatted(told.mirror()));
    }
    return ExitCode.OK.number();
  }

  private int takenBack() {
    if (write) {
      throw new CommandFailed(ExitCode.USAGE, "--write and --undo contradict each other", null);
    }
    List<String> files = new SnippetInstall(root.toAbsolutePath(), what).undo();
    if (files.isEmpty()) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "nothing on this machine was written for " + Wording.plain(what),
          "give the name that --write was given");
    }
    changed("took it out of", files);
    return ExitCode.OK.number();
  }

  /// What `-o json` shows of `--write` and `--undo`.
  ///
  /// @param files that were written, changed or removed
  record Changed(List<String> files) {}

  private void changed(String what, List<String> files) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(new Changed(files));
    } else if (!output.quiet()) {
      files.forEach(file -> output.line(what + " " + Wording.plain(file)));
    }
  }

  /// The keys of a repository, from the server and not from where packages come from.
  private SnippetInstall.Trust trust(RepositoryInfo own) {
    List<KeyInfo.Version> keys = new ArrayList<>();
    for (String key : own.signedBy().isEmpty() ? List.<String>of() : own.keys()) {
      KeyInfo info =
          session.client().get("/api/v1/keys/" + ConsoleClient.encoded(key), KeyInfo.class);
      keys.add(info.current());
      if (info.next() != null) {
        keys.add(info.next());
      }
    }
    return SnippetInstall.Trust.of(own.name(), own.signature(), keys);
  }

  /// The mirror that is named, or the one that a client can use.
  private MirrorInfo mirror(List<MirrorInfo> mirrors) {
    MirrorInfo named = named(mirrors, what);
    if (named != null && mirrorName == null) {
      return named;
    }
    Client client = named == null ? Client.named(what) : Client.of(named.format());
    if (client == null) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "there is no mirror, repository or client named " + Wording.plain(what),
          "larder mirror list and larder repo list show what there is; clients are "
              + Arrays.stream(Client.values()).map(Client::word).collect(Collectors.joining(", ")));
    }
    List<MirrorInfo> fitting =
        mirrors.stream().filter(m -> m.format().equals(client.format())).toList();
    if (mirrorName != null) {
      return told(mirrors, fitting, mirrorName, client);
    }
    if (fitting.isEmpty()) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "there is no mirror of format %s, which %s needs"
              .formatted(client.format(), client.word()),
          "add one to larder.toml: [mirror.NAME], format = \"%s\"".formatted(client.format()));
    }
    if (fitting.size() > 1) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "there are several mirrors for " + client.word(),
          "choose one with --mirror: "
              + fitting.stream()
                  .map(m -> Wording.plain(m.name()))
                  .collect(Collectors.joining(", ")));
    }
    return fitting.getFirst();
  }

  private static MirrorInfo told(
      List<MirrorInfo> mirrors, List<MirrorInfo> fitting, String name, Client client) {
    MirrorInfo mirror = named(mirrors, name);
    if (mirror == null) {
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "there is no mirror named " + Wording.plain(name),
          "larder mirror list shows the mirrors");
    }
    if (!fitting.contains(mirror)) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "mirror %s has format %s, which %s cannot use"
              .formatted(mirror.name(), Wording.plain(mirror.format()), client.word()),
          "name a mirror of format " + client.format());
    }
    return mirror;
  }

  private static @Nullable MirrorInfo named(List<MirrorInfo> mirrors, String name) {
    return mirrors.stream().filter(m -> m.name().equals(name)).findFirst().orElse(null);
  }

  private Snippet chosen(List<Snippet> all) {
    return all.stream()
        .filter(snippet -> snippet.variant().equals(variant))
        .findFirst()
        .orElseThrow(() ->
            new CommandFailed(
                ExitCode.USAGE,
                "there is no variant " + Wording.plain(String.valueOf(variant)),
                "there is "
                    + all.stream().map(Snippet::variant).collect(Collectors.joining(", "))));
  }

  private void show(Told told) {
    Output output = session.output();
    List<Snippet> snippets = told.snippets();
    if (output.isJson()) {
      output.json(told);
      return;
    }
    if (output.quiet()) {
      output.line(snippets.getFirst().text());
      return;
    }
    boolean several = snippets.size() > 1;
    for (Snippet snippet : snippets) {
      boolean first = snippet.equals(snippets.getFirst());
      if (several) {
        if (!first) {
          output.line("#");
        }
        output.line("# " + snippet.title() + ":" + (first ? "" : alone(snippet)));
      }
      output.line("# " + snippet.file() + ", " + snippet.place());
      snippet.notes().forEach(note -> output.line("# " + note));
      snippet.text().lines().forEach(line -> output.line((first ? "" : "# ") + line));
      output.line("# do it:  " + snippet.apply());
      output.line("# undo:   " + snippet.undo());
    }
  }

  private static String alone(Snippet snippet) {
    return " alone and without the marks with --variant " + snippet.variant();
  }

  /// At the root of a shared listener the first mirror of each format answers.
  private static boolean atRoot(Status status, MirrorInfo mirror) {
    return status.mirrors().stream()
        .filter(m -> m.format().equals(mirror.format()))
        .findFirst()
        .filter(first -> first.name().equals(mirror.name()))
        .isPresent();
  }

  /// The repository of our own that is named; null if a mirror or a client is meant.
  private @Nullable RepositoryInfo own(Status status) {
    boolean other =
        mirrorName != null || named(status.mirrors(), what) != null || Client.named(what) != null;
    return other
        ? null
        : status.repositories().stream()
            .filter(each -> each.name().equals(what))
            .findFirst()
            .orElse(null);
  }

  private static OwnRepository ownRepository(RepositoryInfo own, Address address) {
    OwnRepository.Check check =
        switch (own.signedBy().isEmpty() ? "none" : own.signature()) {
          case "openpgp" -> OwnRepository.Check.OPENPGP;
          case "fingerprints" -> OwnRepository.Check.FINGERPRINTS;
          case "pubkey" -> OwnRepository.Check.PUBKEY;
          default -> OwnRepository.Check.NONE;
        };
    String fingerprint = own.signedBy().isEmpty() ? "" : own.signedBy().getFirst();
    return new OwnRepository(own.name(), address, check, fingerprint);
  }

  /// What the operator says here, else the best of the ways that the server knows.
  ///
  /// @param content as the package listener has it: `arch`, `repo/internal`
  private Address address(
      ServerInfo server, String content, boolean atRoot, Predicate<Address> canReach) {
    String path = "/" + content + "/";
    Ways ways =
        url == null
            ? new Ways(
                server.publicUrl(),
                server.own().getOrDefault(content, List.of()),
                server.packages(),
                path,
                atRoot)
            : new Ways(url, List.of(), List.of(), path, atRoot);
    Address best;
    try {
      best = ways.best(url == null ? canReach : _ -> true, this::host);
    } catch (IllegalArgumentException e) {
      throw new CommandFailed(
          ExitCode.USAGE,
          Wording.plain(String.valueOf(e.getMessage())),
          "write it like http://packages.example.net:8080",
          e);
    }
    if (best == null) {
      throw new CommandFailed(
          ExitCode.FAILED, "the server has no package listener", "name its address with --url");
    }
    return best;
  }

  /// What stands for a listener on every address: this machine's name if the server is here, and
  /// the name it was reached by if it is elsewhere.
  private String host() {
    if (!session.destination().isLocal()) {
      return session.destination().server().getHost();
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new CommandFailed(
          ExitCode.FAILED, "this machine does not know its name", "name it with --url", e);
    }
  }
}
