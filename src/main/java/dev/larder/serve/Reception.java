package dev.larder.serve;

import dev.larder.config.Addresses;
import dev.larder.limits.Refusals;
import dev.larder.repo.Admission;
import dev.larder.repo.Content;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How clients are received: whose they are, who is served, and under which address they know us.
/// Immutable; a connection reads it anew for each request.
///
/// @param access who is served
/// @param proxies whose word about clients is taken
/// @param publicUrl base URL by which clients reach us, without a slash at the end; null if it is
///   what they ask for
record Reception(Admission access, Proxies proxies, @Nullable String publicUrl) {
  /// What two headers get that say different things.
  private static final String CONTRADICTION =
      "The headers Forwarded and X-Forwarded-For contradict each other; the proxy before this server"
          + " has to write one of them and to remove the other.";

  /// How a client has come to us.
  ///
  /// @param at scheme, host and port as the client knows them; with a path if the operator says so
  /// @param scheme what our listeners speak
  record Asked(String at, String scheme) {}

  /// How the client has come to us.
  ///
  /// @param secure whether the connection speaks TLS
  /// @param local the address it was made to
  Asked asked(Request request, boolean secure, InetSocketAddress local) {
    String ours = secure ? "https" : "http";
    if (publicUrl != null) {
      return new Asked(publicUrl, ours);
    }
    Client client = request.client();
    String scheme = client.scheme() != null ? client.scheme() : ours;
    String host = client.host() != null ? client.host() : request.host();
    String at = scheme + "://" + (host == null || host.isEmpty() ? Addresses.format(local) : host);
    return new Asked(at, ours);
  }

  /// What stands before the paths of this server where `client` sees them: the path of the public
  /// URL if a proxy takes it off, else nothing.
  String pathBefore(Client client) {
    return publicUrl == null || !client.isForwarded() ? "" : URI.create(publicUrl).getRawPath();
  }

  /// Whether `client` is served by `content`.
  boolean admits(Client client, Content content) {
    return content.admission().admits(client.address(), access);
  }

  /// Why a request is not answered whatever it asks for, or null if that depends.
  ///
  /// @param client null if its headers contradict each other
  Place.@Nullable Closed closed(@Nullable Client client) {
    if (client == null) {
      return new Place.Closed(null, 400, Refusals.Reason.PROXY, CONTRADICTION, true);
    }
    return access.denies(client.address()) ? nothing(client) : null;
  }

  /// The place if `client` may have it, else one that says why not.
  ///
  /// @param contents what is served, of which the front page shows what the client may have
  Place enter(Place place, Client client, List<Content> contents) {
    return switch (place) {
      case Place.Inside inside -> enter(inside, client);
      case Place.Front _ ->
          access.admits(client.address()) || contents.stream().anyMatch(c -> admits(client, c))
              ? place
              : nothing(client);
      case Place.Nowhere _ -> access.admits(client.address()) ? place : nothing(client);
      case Place.Closed _ -> place;
    };
  }

  private Place enter(Place.Inside inside, Client client) {
    Content content = inside.content();
    if (!admits(client, content)) {
      String why =
          "%s is not served to %s; its operator can change that with \"allow\" and \"deny\"."
              .formatted(content.name(), text(client.address()));
      return new Place.Closed(content, 403, Refusals.Reason.NETWORK, why, false);
    }
    String why = content.refusal(inside.path(), inside.directory());
    return why == null ? inside : new Place.Closed(content, 403, Refusals.Reason.ROOT, why, false);
  }

  private static Place.Closed nothing(Client client) {
    String why =
        "This server does not serve %s; its operator can change that in [access]."
            .formatted(text(client.address()));
    return new Place.Closed(null, 403, Refusals.Reason.NETWORK, why, true);
  }

  private static String text(InetAddress address) {
    return NetUtil.toAddressString(address);
  }
}
