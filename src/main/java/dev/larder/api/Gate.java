package dev.larder.api;

import dev.larder.access.Access;
import dev.larder.access.AuditEvent;
import dev.larder.access.Authentication;
import dev.larder.access.Principal;
import dev.larder.access.Verb;
import dev.larder.wire.ErrorCode;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Who gets through to a route.
///
/// A page from elsewhere can make a browser on this machine send requests here, under a name it has
/// pointed at 127.0.0.1 (DNS rebinding). Such a request carries that name in `Host`; so only
/// addresses, `localhost` and the configured names are taken. Then everybody is asked who they are,
/// also before a route is looked for, but for the few paths that are open. Then what the route asks
/// for is compared with what they may do: a route that states nothing is for admins only.
final class Gate {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+]");
  // What a server puts around the address of a client: brackets and the zone.
  private static final Pattern DECORATION = Pattern.compile("[\\[\\]]|%.*");
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");
  private static final Set<HandlerType> READING =
      Set.of(HandlerType.GET, HandlerType.HEAD, HandlerType.OPTIONS);

  private static final String API = "/api/v1/";
  private static final int LONGEST_TARGET = 300;

  /// The result of what is done after the answer.
  private static final String ACCEPTED = "accepted";

  private static final String PRINCIPAL = "larder.principal";
  private static final String ACTION = "larder.action";
  private static final String REPOSITORY = "larder.repository";
  private static final String TARGET = "larder.target";
  private static final String FAILURE = "larder.failure";
  private static final String PREPARES = "larder.prepares";

  private volatile Set<String> names = Set.of();
  private final Set<String> open = new HashSet<>();
  private final Access access;

  /// @param hosts names beside addresses and `localhost`, in small letters
  Gate(List<String> hosts, Access access) {
    this.access = access;
    reload(hosts);
  }

  /// Other names from now on.
  ///
  /// @param hosts names beside addresses and `localhost`, in small letters
  void reload(List<String> hosts) {
    Set<String> next = new HashSet<>(hosts);
    next.add("localhost");
    names = Set.copyOf(next);
  }

  /// Lets everybody through to a path. Only while routes are registered.
  void open(String path) {
    open.add(path);
  }

  /// Who asks. Only for routes that are not open.
  static Principal principal(Context context) {
    Principal principal = context.attribute(PRINCIPAL);
    if (principal == null) {
      throw new IllegalStateException("nobody was asked at " + context.path());
    }
    return principal;
  }

  /// For handlers that only know from the body which repository they are to act on: refuses the
  /// request unless it is allowed there, and names the repository in the audit log.
  ///
  /// @throws RequestFailed if it is not allowed
  static void require(Context context, Verb verb, @Nullable String repository) {
    if (repository != null) {
      context.attribute(REPOSITORY, repository);
    }
    Principal principal = principal(context);
    if (!principal.grant().allows(verb, repository)) {
      throw forbidden(principal, verb, repository);
    }
  }

  /// Tells the audit log what the request was about, instead of its path and query.
  static void tell(Context context, String target) {
    context.attribute(TARGET, target);
  }

  /// Says that the request changes nothing by itself, but is a step of what another one will do:
  /// its line in the audit log need not be on the disk before that one's.
  static void prepares(Context context) {
    context.attribute(PREPARES, true);
  }

  /// Notes the error a request is answered with.
  static void failed(Context context, String code) {
    context.attribute(FAILURE, code);
  }

  /// The address of the client.
  static InetAddress address(Context context) {
    return InetAddress.ofLiteral(DECORATION.matcher(context.ip()).replaceAll(""));
  }

  /// Before a route is looked for: finds out who asks, or throws [RequestFailed].
  void before(Context context) {
    String host = context.header("Host");
    if (host == null || !isOurs(host)) {
      throw new RequestFailed(
          ErrorCode.MISDIRECTED,
          host == null
              ? "the request has no Host header"
              : "this console does not answer to the host " + host,
          "ask it by its address or by localhost, or name the host in [console] hosts");
    }
    if (open.contains(context.path())) {
      return;
    }
    boolean reading = READING.contains(context.method());
    String shown = context.header("Authorization");
    switch (access.authenticator().authenticate(shown, reading, address(context))) {
      case Authentication.Known(Principal principal) -> context.attribute(PRINCIPAL, principal);
      case Authentication.Missing() -> throw unauthenticated("the request carries no token");
      case Authentication.Wrong() -> {
        refused(context, ErrorCode.UNAUTHENTICATED);
        throw unauthenticated("no such token is known here, or not any more");
      }
      case Authentication.Expired(String name, Instant at) -> {
        refused(context, ErrorCode.UNAUTHENTICATED);
        throw unauthenticated("the token %s expired at %s".formatted(name, at));
      }
      case Authentication.Undated(String name, Instant now) -> {
        refused(context, ErrorCode.UNAUTHENTICATED);
        throw new RequestFailed(
            ErrorCode.UNAUTHENTICATED,
            "whether the token %s has expired cannot be told: the clock of the server says %s"
                .formatted(name, now.truncatedTo(ChronoUnit.SECONDS)),
            "set the clock of the server, or show a token that does not expire, like that in "
                + access.cli().file());
      }
      case Authentication.TooMany(Duration wait) -> {
        refused(context, ErrorCode.TOO_MANY_FAILURES);
        throw tooMany(context, wait);
      }
    }
  }

  /// Refuses whoever guesses.
  static RequestFailed tooMany(Context context, Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    context.header("Retry-After", Long.toString(seconds));
    return new RequestFailed(
        ErrorCode.TOO_MANY_FAILURES,
        "too many wrong tokens came from this address",
        "try again in %d s; a token that larder made is taken at any time".formatted(seconds));
  }

  private RequestFailed unauthenticated(String detail) {
    return new RequestFailed(
        ErrorCode.UNAUTHENTICATED,
        detail,
        ("send Authorization: Bearer TOKEN with the token in %s, or one made with larder token create"
                + " NAME --scope SCOPE")
            .formatted(access.cli().file()));
  }

  private void refused(Context context, ErrorCode code) {
    access
        .audit()
        .refused(
            new AuditEvent(
                Instant.EPOCH,
                AuditEvent.UNKNOWN,
                address(context).getHostAddress(),
                AuditEvent.AUTHENTICATE,
                null,
                cut(context.method() + " " + context.path()),
                code.code()));
  }

  /// Once there is a route: lets the request through, or throws [RequestFailed].
  void beforeMatched(Context context) {
    Set<? extends RouteRole> roles = roles(context);
    if (roles.contains(new Requirement.Open())) {
      return;
    }
    context.attribute(ACTION, action(context, roles));
    boolean stated = false;
    for (RouteRole role : roles) {
      if (role instanceof Requirement requirement) {
        stated = true;
        admit(context, requirement);
      }
    }
    if (!stated) {
      require(context, Verb.ADMIN, null);
    }
  }

  /// What the route states.
  private static Set<? extends RouteRole> roles(Context context) {
    Endpoint endpoint = context.endpoints().matchedHttpEndpoint();
    if (endpoint == null && context.method().equals(HandlerType.HEAD)) {
      // Javalin answers it by itself where there is a route for GET, with nothing.
      return Set.of(Requirement.known());
    }
    Roles roles = endpoint == null ? null : endpoint.metadata(Roles.class);
    return roles == null ? Set.of() : roles.getRoles();
  }

  private static void admit(Context context, Requirement requirement) {
    switch (requirement) {
      case Requirement.Open _, Requirement.Known _ -> {
        // Whoever came so far is let through.
      }
      case Requirement.Allowed(Verb verb, String parameter) ->
          require(context, verb, parameter == null ? null : context.pathParam(parameter));
    }
  }

  private static RequestFailed forbidden(
      Principal principal, Verb verb, @Nullable String repository) {
    String scope =
        verb.isOfRepository()
            ? verb + ":" + (repository == null ? "REPOSITORY" : repository)
            : verb.word();
    if (principal.kind() == Principal.Kind.ANONYMOUS) {
      return new RequestFailed(
          ErrorCode.UNAUTHENTICATED,
          "this needs a token",
          "send Authorization: Bearer TOKEN with a token that has the scope " + scope);
    }
    return new RequestFailed(
        ErrorCode.FORBIDDEN,
        "%s may not do this".formatted(principal.label()),
        "use a token that has the scope " + scope);
  }

  private static String action(Context context, Set<? extends RouteRole> roles) {
    for (RouteRole role : roles) {
      if (role instanceof Routing.Action(String name)) {
        return name;
      }
    }
    return context.method().toString().toLowerCase(Locale.ROOT) + " " + context.path();
  }

  /// When the answer is known: writes down what was changed, or that it was not allowed.
  void after(Context context) {
    if (context.attribute(ACTION) == null || context.attribute(PRINCIPAL) == null) {
      return;
    }
    String failure = context.attribute(FAILURE);
    String result = failure != null ? failure : result(context.statusCode());
    AuditEvent event = event(context, result);
    if (ErrorCode.FORBIDDEN.code().equals(failure)) {
      access.audit().refused(event);
    } else if (context.attribute(PREPARES) != null) {
      access.audit().prepared(event);
    } else if (!READING.contains(context.method())) {
      access.audit().done(event);
    }
  }

  private static String result(int status) {
    if (status == 202) {
      return ACCEPTED;
    }
    return status < 400 ? AuditEvent.OK : "status " + status;
  }

  /// What the audit log is told of a request so far.
  AuditEvent event(Context context, String result) {
    return new AuditEvent(
        Instant.EPOCH,
        principal(context).label(),
        address(context).getHostAddress(),
        Objects.requireNonNull(context.<String>attribute(ACTION), "an action"),
        context.attribute(REPOSITORY),
        cut(target(context)),
        result);
  }

  /// Writes down how something ended that a request had asked for and did not wait for.
  void done(AuditEvent asked, String result) {
    access
        .audit()
        .done(
            new AuditEvent(
                Instant.EPOCH,
                asked.principal(),
                asked.address(),
                asked.action(),
                asked.repository(),
                asked.target(),
                result));
  }

  private static String target(Context context) {
    String told = context.attribute(TARGET);
    if (told != null) {
      return told;
    }
    String path = context.path();
    String query = context.queryString();
    return (path.startsWith(API) ? path.substring(API.length()) : path)
        + (query == null ? "" : "?" + query);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_TARGET ? text : text.substring(0, LONGEST_TARGET) + "...";
  }

  private boolean isOurs(String host) {
    String name = PORT.matcher(host).replaceFirst("").toLowerCase(Locale.ROOT);
    return IPV4.matcher(name).matches() || IPV6.matcher(name).matches() || names.contains(name);
  }
}
