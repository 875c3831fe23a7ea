using Rig.Hosting.Access;

namespace Rig.Ingest.Accounts;

/// <param name="Role"><see cref="Roles.Owner"/> or <see cref="Roles.Member"/>.</param>
public sealed record Account(long Id, string Name, string Role);

/// <summary>An account as <c>rig-ingest account list</c> shows it.</summary>
/// <param name="Sessions">Devices that are signed in.</param>
/// <param name="LastSeenAt">On any of them; null when none is.</param>
public sealed record AccountLine(string Name, string Role, DateTime CreatedAt, long Sessions, DateTime? LastSeenAt);

/// <summary>Why something was not done to an account, as a sentence.</summary>
public sealed class AccountException(string message) : Exception(message);
