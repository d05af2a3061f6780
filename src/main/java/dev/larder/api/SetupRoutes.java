package dev.larder.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.access.Access;
import dev.larder.access.AuditEvent;
import dev.larder.access.Principal;
import dev.larder.access.Scope;
import dev.larder.access.SetupLink;
import dev.larder.access.Token;
import dev.larder.wire.ErrorCode;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The page behind the set-up link: for a person with a browser, before there is any token.
///
/// Opening it changes nothing, since mail programs and chats open links before people do; only the
/// form on it makes the token. It has no scripts and lets none in.
final class SetupRoutes {
  /// Where the link leads.
  static final String PATH = "/setup";

  private static final String STYLE = "/setup.css";
  private static final String DEFAULT_NAME = "admin";
  private static final int LONGEST = 200;

  private final TemplateEngine templates =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, SetupRoutes.class.getClassLoader(), "dev.larder.pages");
  private final Access access;
  private final byte[] style;

  SetupRoutes(Access access) {
    this.access = access;
    try (InputStream in =
        Objects.requireNonNull(SetupRoutes.class.getResourceAsStream("setup.css"), "setup.css")) {
      this.style = in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void register(Routing routing) {
    routing.open(HandlerType.GET, PATH, this::show);
    routing.open(HandlerType.POST, PATH, this::make);
    routing.open(HandlerType.GET, STYLE, context -> context.contentType("text/css").result(style));
  }

  private void show(Context context) {
    String code = given(context.queryParam("t"));
    switch (access.setup().look(code, Gate.address(context))) {
      case SetupLink.Outcome.Right() ->
          page(context, 200, SetupPage.form(code, DEFAULT_NAME, null));
      case SetupLink.Outcome.Made _ -> throw new IllegalStateException("looking makes nothing");
      case SetupLink.Outcome.Wrong() -> wrong(context);
      case SetupLink.Outcome.TooMany(Duration wait) -> tooMany(context, wait);
    }
  }

  private void make(Context context) throws IOException {
    String code = given(context.formParam("t"));
    String name = given(context.formParam("name")).strip();
    SetupLink.Outcome outcome;
    try {
      outcome = access.setup().redeem(code, name, Gate.address(context));
    } catch (IllegalArgumentException e) {
      page(context, 400, SetupPage.form(code, name, e.getMessage()));
      return;
    }
    switch (outcome) {
      case SetupLink.Outcome.Made(Token token, String secret) -> {
        access
            .audit()
            .done(
                event(
                    context,
                    Principal.SETUP.label(),
                    "token.create",
                    token.name() + " " + new Scope.Everything().text(),
                    AuditEvent.OK));
        page(context, 200, SetupPage.made(token.name(), secret));
      }
      case SetupLink.Outcome.Right() -> throw new IllegalStateException("a right code makes one");
      case SetupLink.Outcome.Wrong() -> wrong(context);
      case SetupLink.Outcome.TooMany(Duration wait) -> tooMany(context, wait);
    }
  }

  private static String given(@Nullable String text) {
    return text == null ? "" : text.substring(0, Math.min(LONGEST, text.length()));
  }

  private void wrong(Context context) {
    refused(context, ErrorCode.UNAUTHENTICATED);
    page(
        context,
        403,
        SetupPage.refused(
            "It has been used, it is older than half an hour, or there is a token already. While"
                + " there is none, larder serve shows a new link whenever it starts. On the"
                + " server, \"larder token create NAME --scope admin\" makes a token at any"
                + " time."));
  }

  private void tooMany(Context context, Duration wait) {
    refused(context, ErrorCode.TOO_MANY_FAILURES);
    RequestFailed failure = Gate.tooMany(context, wait);
    page(
        context,
        ErrorCode.TOO_MANY_FAILURES.status(),
        SetupPage.refused(
            "Too many wrong codes came from this address; %s.".formatted(failure.advice())));
  }

  private void refused(Context context, ErrorCode code) {
    access
        .audit()
        .refused(
            event(
                context,
                AuditEvent.UNKNOWN,
                AuditEvent.AUTHENTICATE,
                context.method() + " " + PATH,
                code.code()));
  }

  private static AuditEvent event(
      Context context, String principal, String action, String target, String result) {
    String address = Gate.address(context).getHostAddress();
    return new AuditEvent(Instant.EPOCH, principal, address, action, null, target, result);
  }

  private void page(Context context, int status, SetupPage page) {
    StringOutput html = new StringOutput(4096);
    templates.render("api/setup.jte", page, html);
    context
        .status(status)
        // The address has the code in it, which is nobody else's business.
        .header("Referrer-Policy", "no-referrer")
        .header(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
                + " frame-ancestors 'none'")
        .contentType("text/html; charset=utf-8")
        .result(html.toString().getBytes(UTF_8));
  }
}
