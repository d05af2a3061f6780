package dev.larder.cli;

import dev.larder.wire.MirrorInfo;
import dev.larder.wire.ServerInfo;
import dev.larder.wire.Status;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder snippet MIRROR`.
@Command(
    name = "snippet",
    description = "Shows what to write into a client's configuration so that it uses a mirror.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  larder snippet arch",
      "  larder snippet arch --url http://packages.example.net:8080",
      "  larder snippet arch -q --url http://10.0.0.5:8080"
    })
final class SnippetCommand implements Callable<Integer> {
  private final Session session;

  @Parameters(paramLabel = "MIRROR", description = "The mirror's name.")
  private String name = "";

  @Option(
      names = "--url",
      paramLabel = "URL",
      description =
          "Base URL by which clients reach the server. Default: what the server listens on.")
  private @Nullable String url;

  SnippetCommand(Session session) {
    this.session = session;
  }

  /// What to write where, and how to undo it.
  ///
  /// @param file the client's file
  /// @param line the line for it
  /// @param place where in the file
  /// @param apply a command that does it
  /// @param undo a command that takes it back
  /// @param caution what speaks against it, or null
  record Snippet(
      String file,
      String line,
      String place,
      String apply,
      String undo,
      @Nullable String caution) {}

  @Override
  public Integer call() {
    Status status = session.client().get("/api/v1/status", Status.class);
    MirrorInfo mirror =
        status.mirrors().stream()
            .filter(m -> m.name().equals(name))
            .findFirst()
            .orElseThrow(() ->
                new CommandFailed(
                    ExitCode.NOT_FOUND,
                    "there is no mirror named " + name,
                    "larder mirror list shows the mirrors"));
    if (!mirror.format().equals("pacman")) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "there is no snippet for the format %s".formatted(Wording.plain(mirror.format())),
          null);
    }
    write(session.output(), pacman(place(status.server(), mirror)));
    return ExitCode.OK.number();
  }

  /// pacman takes the servers of a repository in the order of the file (pacman.conf(5), Include and
  /// Server), so the lines below ours are what it falls back to.
  private static Snippet pacman(Place place) {
    URI base = place.base();
    String file = "/etc/pacman.d/mirrorlist";
    String server = base + place.path();
    String line = "Server = " + server + "$repo/os/$arch";
    return new Snippet(
        file,
        line,
        "above all other lines; pacman falls back to those below it",
        "sudo sed -i '1i %s' %s".formatted(line, file),
        "sudo sed -i '\\|^Server = %s|d' %s".formatted(server, file),
        place.isLoopback()
            ? "only this machine reaches %s; for others see [packages] listen".formatted(base)
            : null);
  }

  private void write(Output output, Snippet snippet) {
    if (output.isJson()) {
      output.json(snippet);
      return;
    }
    if (output.quiet()) {
      output.line(snippet.line());
      return;
    }
    // Everything but the line itself is a comment: the output can be pasted or redirected whole.
    output.line("# " + snippet.file() + ", " + snippet.place());
    if (snippet.caution() != null) {
      output.line("# " + snippet.caution());
    }
    output.line(snippet.line());
    output.line("# do it:  " + snippet.apply());
    output.line("# undo:   " + snippet.undo());
  }

  /// Where clients find the mirror: its path at the base URL of a listener.
  private record Place(URI base, String path) {
    boolean isLoopback() {
      return base.getHost().matches("127\\..*|localhost|\\[::1]");
    }
  }

  /// The mirror's own address if it has one, then the shared ones; but one that other machines can
  /// reach before any that they cannot.
  private Place place(ServerInfo server, MirrorInfo mirror) {
    if (url != null) {
      return new Place(parsed(url), mirror.path());
    }
    List<Place> places = new ArrayList<>();
    server.own().getOrDefault(mirror.name(), List.of()).stream()
        .map(base -> new Place(parsed(base), "/"))
        .forEach(places::add);
    server.packages().stream()
        .map(base -> new Place(parsed(base), mirror.path()))
        .forEach(places::add);
    if (places.isEmpty()) {
      throw new CommandFailed(
          ExitCode.FAILED, "the server has no package listener", "name its address with --url");
    }
    Place best =
        places.stream().filter(place -> !place.isLoopback()).findFirst().orElse(places.getFirst());
    return best.base().getHost().matches("0\\.0\\.0\\.0|\\[[0:]+]")
        ? new Place(named(best.base()), best.path())
        : best;
  }

  /// A listener on every address has no address of its own to show; this machine's name will do if
  /// the server is here, and the name it was reached by if it is elsewhere.
  private URI named(URI any) {
    String host = session.destination().server().getHost();
    if (session.destination().isLocal()) {
      try {
        host = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        throw new CommandFailed(
            ExitCode.FAILED, "this machine does not know its name", "name it with --url", e);
      }
    }
    return parsed(any.getScheme() + "://" + host + ":" + any.getPort());
  }

  private static URI parsed(String text) {
    try {
      URI uri = URI.create(text.replaceFirst("/+$", ""));
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException _) {
      // Told below.
    }
    throw new CommandFailed(
        ExitCode.USAGE,
        "not a base URL: " + Wording.plain(text),
        "write it like http://packages.example.net:8080");
  }
}
