using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Rig.Viewer.Storage;

/// <summary>For <c>dotnet ef</c> alone, which compares the model with the migrations and needs no database for it.</summary>
internal sealed class ViewerDbFactory : IDesignTimeDbContextFactory<ViewerDb>
{
    public ViewerDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<ViewerDb>().UseNpgsql().Options);
}
