package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.KeyInfo;
import dev.larder.wire.KeyList;
import dev.larder.wire.KeyRemoved;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder key list | show | create | import | agent | export | rotate | remove`.
@Command(
    name = "key",
    description = "Makes, imports, shows and rotates the keys that sign repositories.",
    synopsisSubcommandLabel = "COMMAND")
final class KeyCommand {
  static final String PATH = "/api/v1/keys";

  private KeyCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new KeyCommand())
        .addSubcommand(new ListKeys(session))
        .addSubcommand(new ShowKey(session))
        .addSubcommand(new KeyCreateCommand(session))
        .addSubcommand(new KeyImportCommand(session))
        .addSubcommand(new KeyAgentCommand(session))
        .addSubcommand(new KeyExportCommand(session))
        .addSubcommand(new RotateKey(session))
        .addSubcommand(new RemoveKey(session));
  }

  static String path(String key) {
    return PATH + "/" + ConsoleClient.encoded(key);
  }

  private static Table table(Output output, List<KeyInfo> keys) {
    Table table =
        new Table(
            Column.text("NAME"),
            Column.text("KIND"),
            Column.text("ORIGIN"),
            Column.text("STATE"),
            Column.text("EXPIRES"),
            Column.shrinking("FINGERPRINT"),
            Column.text("USED BY"));
    for (KeyInfo key : keys) {
      table.add(
          key.name(),
          key.kind(),
          key.origin(),
          state(key),
          output.words().instant(key.current().expires()),
          key.current().fingerprint(),
          String.join(", ", key.usedBy()));
    }
    return table;
  }

  private static Cell state(KeyInfo key) {
    Tone tone =
        switch (key.state()) {
          case "ok" -> Tone.GOOD;
          case "expired" -> Tone.BAD;
          default -> Tone.WARNING;
        };
    return new Cell(key.state(), tone);
  }

  /// Tells of a key to which something was done.
  ///
  /// @param sentence for a person
  /// @param advice for a person, or null
  static void told(Session session, KeyInfo key, String sentence, @Nullable String advice) {
    Output output = session.output();
    if (output.isJson()) {
      output.json(key);
    } else if (output.isText() && !output.quiet()) {
      output.line(sentence);
      if (advice != null) {
        output.line(advice);
      }
    } else if (!output.quiet()) {
      output.table(table(output, List.of(key)));
    }
  }

  private static void warn(Session session, String warning) {
    session.surroundings().err().print("larder: " + Wording.plain(warning) + "\n");
  }

  @Command(
      name = "list",
      description = {
        "Lists the keys: name, kind, origin, state, expiry, fingerprint, what they sign.",
        "Expiry is warned of 30 days ahead."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder key list", "  larder key list -o json"})
  private static final class ListKeys implements Callable<Integer> {
    private final Session session;

    ListKeys(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      KeyList list = session.client().get(PATH, KeyList.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
      } else if (output.quiet()) {
        list.keys().forEach(key -> output.line(Wording.plain(key.name())));
      } else if (output.isText() && list.keys().isEmpty()) {
        output.line("no keys; larder key create NAME makes one");
      } else {
        output.table(table(output, list.keys()));
      }
      if (!output.isJson() && !output.quiet()) {
        list.warnings().forEach(warning -> warn(session, warning));
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "show",
      description = {
        "Shows one key: what it is, its successor while it is rotated, and its predecessors.",
        "As tsv: current, next or retired; number, fingerprint, added, expires, retired, user ID."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder key show internal", "  larder key show internal -o json"})
  private static final class ShowKey implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The key's name.")
    private String name = "";

    ShowKey(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      KeyInfo key = session.client().get(path(name), KeyInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(key);
        return ExitCode.OK.number();
      }
      if (output.quiet()) {
        output.line(Wording.plain(key.current().fingerprint()));
        return ExitCode.OK.number();
      }
      if (output.isText()) {
        output.line(
            "%s (%s, %s), used by %s"
                .formatted(
                    output.painted(Tone.STRONG, key.name()),
                    Wording.plain(key.kind()),
                    Wording.plain(key.origin()),
                    key.usedBy().isEmpty()
                        ? "nothing"
                        : Wording.plain(String.join(", ", key.usedBy()))));
      }
      output.table(versions(output, key));
      if (key.warning() != null) {
        warn(session, key.warning());
      }
      return ExitCode.OK.number();
    }

    private static Table versions(Output output, KeyInfo key) {
      Table table =
          new Table(
              Column.text("ROLE"),
              Column.number("NO"),
              Column.text("FINGERPRINT"),
              Column.text("ADDED"),
              Column.text("EXPIRES"),
              Column.text("RETIRED"),
              Column.text("USER ID"));
      add(output, table, "current", key.current());
      KeyInfo.Version next = key.next();
      if (next != null) {
        add(output, table, "next", next);
      }
      key.retired().forEach(version -> add(output, table, "retired", version));
      return table;
    }

    private static void add(Output output, Table table, String role, KeyInfo.Version version) {
      table.add(
          role,
          version.number(),
          version.fingerprint(),
          output.words().instant(version.added()),
          output.words().instant(version.expires()),
          output.words().instant(version.retiredAt()),
          version.userId() == null ? output.words().nothing() : version.userId());
    }
  }

  @Command(
      name = "rotate",
      description = {
        "Replaces a key in two steps. First a successor is made and published beside it; when all"
            + " clients know that one, --finish lets it take over.",
        "The former public key stays listed as retired; its secret is removed."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder key rotate internal", "  larder key rotate internal --finish"})
  private static final class RotateKey implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The key's name.")
    private String name = "";

    @Option(names = "--finish", description = "Let the successor take over.")
    private boolean finish;

    RotateKey(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      String path = path(name) + "/rotate" + (finish ? "/finish" : "");
      KeyInfo key = session.client().patient().post(path, new Nothing(), KeyInfo.class);
      if (finish) {
        told(
            session,
            key,
            "%s signs with %s now"
                .formatted(Wording.plain(name), Wording.plain(key.current().fingerprint())),
            null);
      } else {
        KeyInfo.Version next = key.next();
        told(
            session,
            key,
            "%s has the successor %s, which is published beside it"
                .formatted(
                    Wording.plain(name), next == null ? "?" : Wording.plain(next.fingerprint())),
            "When all clients know it: larder key rotate %s --finish"
                .formatted(Wording.plain(name)));
      }
      return ExitCode.OK.number();
    }

    private record Nothing() {}
  }

  @Command(
      name = "remove",
      description = "Removes a key for good. One that a repository names is not removed.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder key remove old", "  larder key remove old --yes"})
  private static final class RemoveKey implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "NAME", description = "The key's name.")
    private String name = "";

    @Option(
        names = {"-y", "--yes"},
        description = "Do not ask.")
    private boolean yes;

    RemoveKey(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      if (!yes) {
        Confirmation.ask(
            session, () -> "Remove key %s? Its secret cannot be had again.".formatted(name));
      }
      KeyRemoved removed = session.client().delete(path(name), KeyRemoved.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(removed);
      } else if (!output.quiet()) {
        output.line((output.isText() ? "removed " : "") + Wording.plain(removed.name()));
      }
      return ExitCode.OK.number();
    }
  }
}
