package dev.larder.cli;

import dev.larder.cli.Paint.Tone;
import dev.larder.cli.Table.Cell;
import dev.larder.cli.Table.Column;
import dev.larder.wire.TokenCreated;
import dev.larder.wire.TokenInfo;
import dev.larder.wire.TokenList;
import dev.larder.wire.TokenRequest;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `larder token create | list | revoke | hash`.
@Command(
    name = "token",
    description = "Makes, lists and revokes tokens for the console.",
    synopsisSubcommandLabel = "COMMAND")
final class TokenCommand {
  private static final String PATH = "/api/v1/tokens";

  private TokenCommand() {}

  static CommandLine tree(Session session) {
    return new CommandLine(new TokenCommand())
        .addSubcommand(new CreateToken(session))
        .addSubcommand(new ListTokens(session))
        .addSubcommand(new RevokeToken(session))
        .addSubcommand(new TokenHashCommand(session));
  }

  private static String scopes(TokenInfo token) {
    return String.join(" ", token.scopes());
  }

  @Command(
      name = "create",
      description = {
        "Makes a token and shows it, once.",
        "A scope is VERB:REPOSITORY (verbs: read, upload, remove, promote, sign; * in the"
            + " repository stands for any characters), or keys, tokens or admin alone. Nobody can"
            + " give more than their own token has, or for longer."
      },
      footerHeading = "%nExamples:%n",
      footer = {
        "  larder token create ci --scope upload:internal --expires 90d",
        "  larder token create monitoring --scope 'read:*'",
        "  (umask 077; larder token create alice --scope admin -q > token)"
      })
  private static final class CreateToken implements Callable<Integer> {
    private final Session session;

    @Parameters(
        paramLabel = "NAME",
        description = "For lists and the audit log; no other token may have it.")
    private String name = "";

    @Option(
        names = "--scope",
        paramLabel = "SCOPE",
        required = true,
        split = ",",
        description = "What it may do; repeatable.")
    private List<String> scopes = List.of();

    @Option(
        names = "--expires",
        paramLabel = "TIME",
        description = "When it ends: 90d from now, or 2030-12-31. Default: never.")
    private @Nullable String expires;

    CreateToken(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      Instant now = session.surroundings().time().instant();
      TokenRequest request =
          new TokenRequest(name, scopes, expires == null ? null : Moments.ahead(expires, now));
      TokenCreated created = session.client().post(PATH, request, TokenCreated.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(created);
      } else if (output.quiet()) {
        output.line(Wording.plain(created.secret()));
      } else if (output.isText()) {
        TokenInfo token = created.token();
        output.line(
            "%s may %s%s"
                .formatted(
                    output.painted(Tone.STRONG, token.name()),
                    Wording.plain(scopes(token)),
                    token.expires() == null
                        ? ""
                        : ", until " + Wording.plain(token.expires().toString())));
        output.line("");
        output.line("  " + output.painted(Tone.STRONG, created.secret()));
        output.line("");
        output.line(
            "It is not shown again. Revoke it with: larder token revoke "
                + Wording.plain(token.id()));
      } else {
        Table table = new Table(Column.text("ID"), Column.text("NAME"), Column.text("TOKEN"));
        table.add(created.token().id(), created.token().name(), created.secret());
        output.table(table);
      }
      return ExitCode.OK.number();
    }
  }

  @Command(
      name = "list",
      description = "Lists the tokens: id, name, scopes, when made, last used and ending, by whom.",
      footerHeading = "%nExamples:%n",
      footer = {"  larder token list", "  larder token list -o json"})
  private static final class ListTokens implements Callable<Integer> {
    private final Session session;

    ListTokens(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      TokenList list = session.client().get(PATH, TokenList.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(list);
      } else if (output.quiet()) {
        list.tokens().forEach(token -> output.line(Wording.plain(token.name())));
      } else if (output.isText() && list.tokens().isEmpty()) {
        output.line("no tokens");
      } else {
        output.table(table(output, list.tokens()));
      }
      return ExitCode.OK.number();
    }
  }

  private static Table table(Output output, List<TokenInfo> tokens) {
    Table table =
        new Table(
            Column.text("ID"),
            Column.text("NAME"),
            Column.shrinking("SCOPES"),
            Column.text("CREATED"),
            Column.text("USED"),
            Column.text("EXPIRES"),
            Column.text("BY"));
    for (TokenInfo token : tokens) {
      String expires = output.words().instant(token.expires());
      table.add(
          token.id(),
          token.name(),
          scopes(token),
          output.words().instant(token.created()),
          output.words().instant(token.lastUsed()),
          token.expired() && output.isText() ? new Cell("expired " + expires, Tone.BAD) : expires,
          token.createdBy());
    }
    return table;
  }

  @Command(
      name = "revoke",
      description = {
        "Revokes a token: from now on it is worth nothing. Tokens that were made with it live on;"
            + " larder token list shows who made which.",
        "Tokens that the configuration declares are revoked there."
      },
      footerHeading = "%nExamples:%n",
      footer = {"  larder token revoke 5d0c9a31e7", "  larder token revoke ci"})
  private static final class RevokeToken implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "TOKEN", description = "The token's id or name.")
    private String id = "";

    RevokeToken(Session session) {
      this.session = session;
    }

    @Override
    public Integer call() {
      TokenInfo token =
          session.client().delete(PATH + "/" + ConsoleClient.encoded(id), TokenInfo.class);
      Output output = session.output();
      if (output.isJson()) {
        output.json(token);
      } else if (output.isText() && !output.quiet()) {
        output.line("revoked %s".formatted(Wording.plain(token.name())));
      } else if (!output.quiet()) {
        output.table(table(output, List.of(token)));
      }
      return ExitCode.OK.number();
    }
  }
}
