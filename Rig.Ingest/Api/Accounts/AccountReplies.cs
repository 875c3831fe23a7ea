namespace Rig.Ingest.Api;

/// <summary>Whether anybody can sign in yet.</summary>
/// <param name="HasAccounts">False until <c>rig-ingest account add</c> made the first one.</param>
internal sealed record SignInReply(bool HasAccounts);

/// <summary>Who is signed in.</summary>
/// <param name="Role"><c>owner</c> or <c>member</c>.</param>
internal sealed record AccountReply(string Name, string Role);
