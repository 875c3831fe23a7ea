using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Rig.Hosting.Accounts;

/// <summary>
/// Hashes and checks passwords (PBKDF2, as ASP.NET Core Identity does). A try at an account that is not there takes as much work as
/// one at an account that is, so that its time tells nobody who has one.
/// </summary>
public sealed class PasswordCheck
{
    public const int MinLength = 10;
    public const int MaxLength = 128;
    private const int MinDistinct = 4;

    private static readonly object Nobody = new();

    private readonly PasswordHasher<object> hasher;
    private readonly string decoy;

    public PasswordCheck(IOptions<PasswordHasherOptions> options)
    {
        hasher = new PasswordHasher<object>(options);
        decoy = Hash(Guid.NewGuid().ToString());
    }

    /// <summary>Length is what makes a password hard to guess; rules on its letters make it hard to remember.</summary>
    /// <returns>What is wrong with it as one for a new account, as a sentence; null when nothing is.</returns>
    public static string? Problem(string password) =>
        password.Length is < MinLength or > MaxLength ? $"A password has {MinLength} to {MaxLength} characters."
        : password.Distinct().Count() < MinDistinct ? $"A password has at least {MinDistinct} different characters."
        : null;

    public string Hash(string password) => hasher.HashPassword(Nobody, password);

    /// <param name="hash">Null when there is no such account.</param>
    public bool IsRight(string? hash, string password) =>
        hasher.VerifyHashedPassword(Nobody, hash ?? decoy, password) != PasswordVerificationResult.Failed && hash is not null;
}
