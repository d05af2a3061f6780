package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.wire.Json;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The servers the user has logged in to, and which of them is meant unless another is named:
/// `cli.json` in the user's directory for settings. It holds tokens, so only its owner may read it.
///
/// It is written by commands and not by hand, and so in JSON, which the command line speaks anyway;
/// TOML is for what people write.
final class Contexts {
  /// What a name may look like.
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

  private static final String FILE = "cli.json";

  private final @Nullable Path file;
  private final Content content;

  private Contexts(@Nullable Path file, Content content) {
    this.file = file;
    this.content = content;
  }

  /// What the file holds.
  ///
  /// @param current name of the context that is meant, or null for the server of this machine
  /// @param contexts in the order they were made
  record Content(@Nullable String current, List<Context> contexts) {
    Content {
      // A file that lacks the list.
      contexts = contexts == null ? List.of() : List.copyOf(contexts);
    }
  }

  /// Reads the file; without one there are no contexts.
  ///
  /// @throws CommandFailed if it cannot be read, or may be read by others
  static Contexts read(Surroundings surroundings) {
    Path directory = UserDirectories.config(surroundings);
    if (directory == null) {
      return new Contexts(null, new Content(null, List.of()));
    }
    Path file = directory.resolve(FILE);
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (PrivateFile.isReadableByOthers(file)) {
        throw new CommandFailed(
            ExitCode.AUTHENTICATION,
            "others may read the tokens in " + file,
            "take that back with: chmod 600 " + file);
      }
      return new Contexts(file, checked(file, bytes));
    } catch (NoSuchFileException _) {
      return new Contexts(file, new Content(null, List.of()));
    } catch (AccessDeniedException e) {
      throw new CommandFailed(
          ExitCode.AUTHENTICATION, "cannot read %s: permission denied".formatted(file), null, e);
    } catch (IOException e) {
      throw FileFault.unread(file, null, e);
    }
  }

  private static Content checked(Path file, byte[] bytes) {
    String fault;
    try {
      Content content = Json.request(bytes, Content.class);
      fault =
          content.contexts().stream()
              .map(Context::fault)
              .filter(found -> found != null)
              .findFirst()
              .orElse(null);
      if (fault == null) {
        return content;
      }
    } catch (IllegalArgumentException e) {
      fault = String.valueOf(e.getMessage());
    }
    throw new CommandFailed(
        ExitCode.CONFIGURATION,
        "%s is not as larder login writes it: %s".formatted(file, Wording.plain(fault)),
        "remove it and log in again");
  }

  /// Where they are kept; null if this user has no home.
  @Nullable Path file() {
    return file;
  }

  List<Context> all() {
    return content.contexts();
  }

  /// The context that is meant unless another is named; null for the server of this machine.
  @Nullable Context current() {
    String current = content.current();
    return current == null ? null : find(current);
  }

  @Nullable Context find(String name) {
    return all().stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
  }

  /// The context of that name.
  ///
  /// @param where what named it, if it is not an argument: `LARDER_CONTEXT`
  Context named(String name, @Nullable String where) {
    Context found = find(name);
    if (found == null) {
      String those =
          all().isEmpty()
              ? "log in to a server with: larder login URL"
              : "there is " + all().stream().map(Context::name).collect(Collectors.joining(", "));
      throw new CommandFailed(
          ExitCode.NOT_FOUND,
          "there is no context %s%s"
              .formatted(
                  Wording.plain(name), where == null ? "" : ", which %s names".formatted(where)),
          those);
    }
    return found;
  }

  /// Writes the context down, in the place of one of the same name, and makes it the one that is
  /// meant.
  Contexts with(Context added) {
    List<Context> next = new ArrayList<>(all());
    next.removeIf(each -> each.name().equals(added.name()));
    next.add(added);
    return write(new Content(added.name(), next));
  }

  /// Forgets the context; if it was the one that is meant, none is.
  Contexts without(Context gone) {
    List<Context> next = new ArrayList<>(all());
    next.remove(gone);
    boolean meant = gone.name().equals(content.current());
    return write(new Content(meant ? null : content.current(), next));
  }

  /// Makes it the one that is meant; null for the server of this machine.
  Contexts using(@Nullable Context meant) {
    return write(new Content(meant == null ? null : meant.name(), all()));
  }

  private Contexts write(Content next) {
    if (file == null) {
      throw new CommandFailed(
          ExitCode.FAILED,
          "there is no home directory to keep contexts in",
          "set HOME or XDG_CONFIG_HOME; or do without, with --server and --token-file");
    }
    try {
      PrivateFile.write(file, (Json.pretty(next) + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw FileFault.unwritten(file, null, e);
    }
    return new Contexts(file, next);
  }
}
